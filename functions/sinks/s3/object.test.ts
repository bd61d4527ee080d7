import { extentOf, objectKey } from './object.ts';

const log = { topic: 'alerts-topic', partition: 2, epoch: 0 };

test('a key is made of the topic, the hour of the first record, the partition and the checkpoint', () => {
  expect(objectKey(log, 1234, Date.UTC(2026, 10, 21, 8, 59))).toBe(
    'alerts-topic/dt=2026-11-21/hour=08/2-00000000000000001234.ndjson.gz',
  );
});

test.each([-1, 0, 253_402_300_800_000, 9e18, Number.NaN])(
  'the hour of a timestamp that is missing or not a date (%d) is unknown',
  (time) => {
    expect(objectKey(log, 0, time)).toBe('alerts-topic/dt=unknown/hour=unknown/2-00000000000000000000.ndjson.gz');
  },
);

test.each([
  ['none', {}],
  ['an end before its start', { start: '5', end: '5', count: '0', 'last-timestamp': '1' }],
  ['a start before the checkpoint', { start: '3', end: '9', count: '6', 'last-timestamp': '1' }],
])('metadata that the archive did not write (%s) stop the archive', (_, metadata) => {
  expect(() => extentOf(metadata, 'key', 4)).toThrow(expect.objectContaining({ code: 'FOREIGN_OBJECT' }));
});
