import { emfMetrics, emfName } from './emf.ts';

/** A line as Powertools writes it. */
function line(values: Record<string, number>, unit = 'Count', labels: Record<string, string> = {}): string {
  const dimensions = { service: 'processOrder', ...labels };
  const metrics = Object.keys(values).map((name) => ({ Name: name, Unit: unit }));
  const directive = { Namespace: 'n', Dimensions: [Object.keys(dimensions)], Metrics: metrics };
  return JSON.stringify({ _aws: { Timestamp: 5_000, CloudWatchMetrics: [directive] }, ...dimensions, ...values });
}

/** Each sample as `name{labels} value`. */
function samplesOf(...lines: string[]): string[] {
  const metrics = emfMetrics();
  for (const each of lines) metrics.take(each);
  return metrics
    .families()
    .flatMap(({ name, samples }) => samples.map(({ labels, value }) => `${name}${JSON.stringify(labels)} ${value}`));
}

test('counts are summed up for each set of dimensions, and a count of 0 is there', () => {
  expect(
    samplesOf(
      line({ Records: 3, DeadLetters: 0 }),
      line({ DeadLettersByCode: 2 }, 'Count', { code: 'LATE' }),
      line({ Records: 4, DeadLetters: 0 }),
    ),
  ).toEqual([
    'pipeline_records_total{"function":"processOrder"} 7',
    'pipeline_dead_letters_total{"function":"processOrder"} 0',
    'pipeline_dead_letters_by_code_total{"function":"processOrder","code":"LATE"} 2',
  ]);
});

test('a time is the latest one, in seconds; 0 says that nothing was measured', () => {
  expect(samplesOf(line({ WindowLateness: 0 }, 'Milliseconds'))).toEqual([]);
  const lines = [1500, 900, 0].map((lateness) => line({ WindowLateness: lateness }, 'Milliseconds'));
  expect(samplesOf(...lines)).toEqual(['pipeline_window_lateness_seconds{"function":"processOrder"} 0.9']);
});

test('the time of the last closed window is known once a window was closed', () => {
  expect(samplesOf(line({ WindowsClosed: 0 }))).toHaveLength(1);
  expect(samplesOf(line({ WindowsClosed: 2 }))).toContain(
    'pipeline_window_last_closed_timestamp_seconds{"function":"processOrder"} 5',
  );
});

test('names are in snake case, and end with the unit', () => {
  expect(emfName('TripsMalformed', 'Count')).toBe('pipeline_trips_malformed_total');
  expect(emfName('WindowStateBytes', 'Bytes')).toBe('pipeline_window_state_bytes_total');
  expect(emfName('p99 HTTP-Share', 'Percent')).toBe('pipeline_p99_http_share');
});

/** It names a metric that it doesn't have. */
const EMPTY = JSON.stringify({ ...JSON.parse(line({ Records: 1 })), Records: undefined });

test.each([
  EMPTY,
  '{"_aws":',
  '{"_aws":{}}',
  '{"_aws":{"CloudWatchMetrics":null}}',
  '{"message":"no metric"}',
  '',
  'text',
])('the line %j changes nothing', (text) => {
  expect(samplesOf(text)).toEqual([]);
});
