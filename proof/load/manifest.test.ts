import fc from 'fast-check';
import { badMark, createManifest, goodMark } from './manifest.ts';

const CAUSES = [
  { cause: 'null value', code: 'NULL_VALUE' },
  { cause: 'not JSON', code: 'NOT_JSON' },
];
const RAISABLE = ['Speeding', 'LowFuel', 'Temperature', 'Delay'];
const create = () => createManifest(7, 1_000, CAUSES, RAISABLE);
const good = (...raises: string[]) => goodMark(RAISABLE, raises);

test('a record is found only at its coordinates', () => {
  const manifest = create();
  manifest.acknowledge('raw', 1, 70_000, good('Speeding', 'Temperature', 'Delay'));
  manifest.acknowledge('raw', 1, 5, badMark(1));
  expect(manifest.at('raw', 1, 70_000)).toEqual({ kind: 'good', raises: ['Speeding', 'Temperature', 'Delay'] });
  expect(manifest.at('raw', 1, 5)).toEqual({ kind: 'bad', cause: 'not JSON', code: 'NOT_JSON' });
  for (const [topic, partition, offset] of [
    ['raw', 1, 4],
    ['raw', 0, 5],
    ['other', 1, 5],
    ['raw', 1, 70_001],
    ['raw', 1, 9_000_000],
  ] as const) {
    expect(manifest.at(topic, partition, offset)).toBeUndefined();
  }
});

test('totals count acknowledged records only, and have every cause, even with 0', () => {
  const manifest = create();
  manifest.acknowledge('raw', 0, 0, good('LowFuel', 'Delay'));
  manifest.acknowledge('raw', 0, 1, badMark(0));
  manifest.acknowledge('trips', 0, 0, goodMark());
  manifest.fail('raw', 0, 'fleet-1/3', badMark(1));
  expect(manifest.topics).toEqual({ raw: { acknowledged: 2, bad: 1 }, trips: { acknowledged: 1, bad: 0 } });
  expect(manifest.raised).toEqual({ Speeding: 0, LowFuel: 1, Temperature: 0, Delay: 1 });
  expect(manifest.causes).toEqual({ 'null value': 1, 'not JSON': 0 });
  expect(manifest.uncertain).toEqual([
    { topic: 'raw', partition: 0, id: 'fleet-1/3', expectation: { kind: 'bad', cause: 'not JSON', code: 'NOT_JSON' } },
  ]);
});

test('records acknowledged in any order are listed once, in order of offset', () => {
  const right = fc.subarray(RAISABLE).map((raises) => ({ mark: good(...raises), expected: { kind: 'good', raises } }));
  const bad = fc
    .integer({ min: 0, max: CAUSES.length - 1 })
    .map((cause) => ({ mark: badMark(cause), expected: { kind: 'bad', ...CAUSES[cause] } }));
  const record = fc.record({ offset: fc.nat(200_000), made: fc.oneof(right, bad) });
  fc.assert(
    fc.property(fc.uniqueArray(record, { selector: ({ offset }) => offset, maxLength: 50 }), (records) => {
      const manifest = create();
      for (const { offset, made } of records) manifest.acknowledge('raw', 2, offset, made.mark);
      expect([...manifest.acknowledged()]).toEqual(
        records
          .sort((a, b) => a.offset - b.offset)
          .map(({ offset, made }) => ({ topic: 'raw', partition: 2, offset, expectation: made.expected })),
      );
    }),
    { numRuns: 50 },
  );
});
