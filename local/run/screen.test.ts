import type { MappingStatus } from '../../plugins/msk/contract.ts';
import { createScreen, type Progress, summaryLine } from './screen.ts';

const mapping = (fields: Partial<MappingStatus>): MappingStatus => ({
  function: 'archiveToS3',
  topic: 'raw-data-topic',
  group: 'group',
  assigned: 3,
  polled: 0,
  invoked: 0,
  failedInvocations: 0,
  committed: 0,
  inFlight: 0,
  lag: 0,
  ...fields,
});

const progress: Progress = {
  seconds: 12.4,
  produced: 500,
  perSecond: 199.6,
  mappings: [
    mapping({ topic: 'alerts-topic', polled: 30, committed: 20, lag: 10 }),
    mapping({ topic: 'alerts-topic', function: 'insertIntoRds', polled: 25, committed: 25, lag: 5, lastError: 'no' }),
    mapping({ topic: 'raw-data-dlq', polled: 4, committed: 4, failedInvocations: 2 }),
    mapping({ topic: 'demo-dlq', polled: 1, committed: 1, lag: null }),
  ],
};

/** What a terminal of that width, or a file, is written. */
function written(columns: number | undefined, ...shown: Progress[]): string {
  let text = '';
  const out = { isTTY: columns !== undefined, columns, write: (chunk: string) => (text += chunk) };
  const screen = createScreen(out as unknown as NodeJS.WriteStream);
  for (const each of shown) screen.show(each);
  return text;
}

test('the summary counts a topic once, however many mappings read it', () => {
  expect(summaryLine(progress)).toBe(
    '12 s: produced 500 (200/s), archiveToS3 25, insertIntoRds 25, alerts 30, dead letters 5, lag 15, failed invocations 2',
  );
});

test('a terminal gets every mapping, its error, and no line that is wider than it', () => {
  const text = written(80, progress);

  expect(text).toMatch(/archiveToS3 +alerts-topic +30 +20 +0 +0 +10/);
  expect(text).toContain('! insertIntoRds alerts-topic: no');
  expect(text).toContain('failed invocations 2');
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(80);
});

test('a file gets a line every few seconds', () => {
  const lines = [12, 13, 16, 18].map((seconds) => ({ ...progress, seconds }));

  expect(
    written(undefined, ...lines)
      .trim()
      .split('\n'),
  ).toHaveLength(2);
});
