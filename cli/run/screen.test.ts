import type { MappingMetrics, MappingStatus } from '#msk';
import { createScreen, type Progress, summaryLine } from './screen.ts';

const none: MappingMetrics = {
  PolledEventCount: 0,
  FilteredOutEventCount: 0,
  InvokedEventCount: 0,
  FailedInvokeEventCount: 0,
  DroppedEventCount: 0,
  OnFailureDestinationDeliveredEventCount: 0,
  CommittedEventCount: 0,
  PollingErrorCount: 0,
  InvokeErrorCount: 0,
  OnFailureDestinationDeliveryErrorCount: 0,
  CommitErrorCount: 0,
  MaxOffsetLag: 0,
  SumOffsetLag: 0,
  OffsetLag: 0,
};

const mapping = (metrics: Partial<MappingMetrics>, fields: Partial<MappingStatus>): MappingStatus => ({
  function: 'archiveToS3',
  topic: 'raw-data-topic',
  group: 'group',
  state: 'Enabled',
  assigned: 3,
  inFlight: 0,
  partitions: [],
  durations: { counts: [], sum: 0 },
  ages: { counts: [], sum: 0 },
  metrics: { ...none, ...metrics },
  ...fields,
});

const progress: Progress = {
  seconds: 12.4,
  produced: { orders: 500 },
  perSecond: 199.6,
  mappings: [
    mapping({ PolledEventCount: 30, CommittedEventCount: 20, SumOffsetLag: 10 }, { topic: 'alerts-topic' }),
    mapping(
      { PolledEventCount: 25, CommittedEventCount: 25, SumOffsetLag: 5 },
      { topic: 'alerts-topic', function: 'insertIntoRds', lastError: 'no' },
    ),
    mapping({ PolledEventCount: 4, CommittedEventCount: 4, InvokeErrorCount: 2 }, { topic: 'raw-data-dlq' }),
    mapping({ PolledEventCount: 1, CommittedEventCount: 1, SumOffsetLag: null }, { topic: 'demo-dlq' }),
  ],
};

/** The output to a terminal of that width and height, or to a file if there is no width. */
function written(columns: number | undefined, ...shown: Progress[]): string {
  return writtenTo({ columns }, ...shown);
}

function writtenTo({ columns, rows }: { columns: number | undefined; rows?: number }, ...shown: Progress[]): string {
  let text = '';
  const out = { isTTY: columns !== undefined, columns, rows, write: (chunk: string) => (text += chunk) };
  const screen = createScreen(out as unknown as NodeJS.WriteStream);
  for (const each of shown) screen.show(each);
  return text;
}

test('the summary counts the records of a topic once, also if several mappings read it', () => {
  expect(summaryLine(progress)).toBe(
    '12 s: produced 500 (200/s), archiveToS3 25, insertIntoRds 25, alerts 30, dead letters 5, lag 15, ' +
      'failed invocations 2',
  );
});

test('the summary has a count for each of several generators', () => {
  const line = summaryLine({ ...progress, produced: { fleet: 400, orders: 100 } });
  expect(line).toMatch(/^12 s: produced 500 \(200\/s\), fleet 400, orders 100, archiveToS3/);
});

test('without a generator, the summary has no count of produced records', () => {
  expect(summaryLine({ ...progress, produced: {}, perSecond: 0 })).toMatch(/^12 s: no generator, archiveToS3 25, /);
});

test('a terminal shows every mapping and its error, and no line is too wide', () => {
  const text = written(80, progress);

  expect(text).toMatch(/archiveToS3 +alerts-topic +30 +20 +0 +0 +10/);
  expect(text).toContain('! insertIntoRds alerts-topic: no');
  expect(text).toContain('failed invocations 2');
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(80);
});

test('a terminal shows which mapping is switched off', () => {
  const mappings = [mapping({}, { state: 'Disabled' })];

  expect(written(80, { ...progress, mappings })).toContain('! archiveToS3 raw-data-topic: switched off');
});

test.each([
  [
    11,
    [
      'archiveToS3|alerts-topic',
      'insertIntoRds|alerts-topic',
      'archiveToS3|raw-data-dlq',
      'archiveToS3|demo-dlq',
      '! insertIntoRds alerts-topic: no',
      '! archiveToS3 demo-dlq: no',
    ],
  ],
  [8, ['archiveToS3|3 topics', 'insertIntoRds|alerts-topic', '! and 2 more']],
  [7, ['archiveToS3|3 topics', 'insertIntoRds|alerts-topic']],
])(
  'in a terminal of %i rows, all lines fit: if need be a row for each function, and fewer errors',
  (rows, expected) => {
    const mappings = progress.mappings.map((own) => (own.topic === 'demo-dlq' ? { ...own, lastError: 'no' } : own));

    const lines = writtenTo({ columns: 120, rows }, { ...progress, mappings })
      .trimEnd()
      .split('\n');

    expect(lines.slice(1, -3).map((line) => line.split(/ {2,}/, 2).join('|'))).toEqual(expected);
    expect(lines.length).toBeLessThan(rows);
  },
);

test('the row of a function has the sums of its mappings, and no lag if that of a mapping is unknown', () => {
  const text = writtenTo({ columns: 120, rows: 8 }, progress);

  expect(text).toMatch(/^archiveToS3 +3 topics +35 +25 +0 +2 +\?$/m);
});

test('the summary counts alerts, windows and dead letters only if a mapping reads them', () => {
  const orders = ['orders', 'product-metrics'].map((topic) => mapping({ PolledEventCount: 7 }, { topic }));

  expect(summaryLine({ ...progress, mappings: orders })).toMatch(/archiveToS3 0, windows 7, lag 0$/);
});

test('a file gets a line every few seconds', () => {
  const lines = [12, 13, 16, 18].map((seconds) => ({ ...progress, seconds }));

  expect(
    written(undefined, ...lines)
      .trim()
      .split('\n'),
  ).toHaveLength(2);
});
