import type { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { deadLettersByCause } from './dead-letters.ts';

/** A client that answers, or fails, and keeps what it was asked. */
function client(answer: () => Promise<object>) {
  const asked: GetMetricDataCommand['input'][] = [];
  const send = (command: GetMetricDataCommand) => {
    asked.push(command.input);
    return answer();
  };
  return { asked, client: { send } as unknown as Pick<CloudWatchClient, 'send'> };
}

const NOW = Date.UTC(2026, 0, 2);

test('sums the hours of the last day by function and code, the most frequent first', async () => {
  const { asked, client: cloudWatch } = client(async () => ({
    MetricDataResults: [
      { Label: 'processOrder SCHEMA', Values: [1, 2] },
      { Label: 'processTelemetry NOT_JSON', Values: [5] },
    ],
  }));

  expect(await deadLettersByCause(cloudWatch, 'msk-pipeline-dev')(NOW)).toEqual([
    { function: 'processTelemetry', code: 'NOT_JSON', records: 5 },
    { function: 'processOrder', code: 'SCHEMA', records: 3 },
  ]);
  expect(asked[0]).toMatchObject({ StartTime: new Date(Date.UTC(2026, 0, 1)), EndTime: new Date(NOW) });
  expect(asked[0]?.MetricDataQueries?.[0]?.Expression).toContain('{"msk-pipeline-dev",service,code}');
});

test('an instance asks once in 5 minutes; without an answer the causes are not known', async () => {
  const { asked, client: cloudWatch } = client(() => Promise.reject(new Error('AccessDenied')));
  const causes = deadLettersByCause(cloudWatch, 'test');

  expect([await causes(NOW), await causes(NOW)]).toEqual([null, null]);
  expect(asked).toHaveLength(1);
});
