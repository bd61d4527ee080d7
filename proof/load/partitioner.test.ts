import fc from 'fast-check';
import { createLogins } from '../logins/load/login.ts';
import { PARTITIONERS, type PartitionerName } from './partitioner.ts';

type Keys = readonly (string | null)[];

/** A few keys of which some come often, and records without a key; and a number of partitions. */
const keys = fc.array(fc.option(fc.nat(30).map((n) => `k${n % 7 === 0 ? 0 : n}`)), { maxLength: 300 });
const partitions = fc.integer({ min: 1, max: 9 });
const forAll = (check: (keys: Keys, count: number) => void) => fc.assert(fc.property(keys, partitions, check));

/** Sends keys through a partitioner. @returns the chosen partitions, and the most minus the fewest records of one */
function place(name: PartitionerName, sent: Keys, count: number) {
  const choose = PARTITIONERS[name]();
  const chosen = sent.map((key) => choose({ topic: 't', key }, count));
  const counts = Array.from({ length: count }, (_, partition) => chosen.filter((own) => own === partition).length);
  return { chosen, spread: Math.max(...counts) - Math.min(...counts) };
}

describe('even', () => {
  test('a key never changes its partition', () => {
    forAll((sent, count) => {
      const { chosen } = place('even', sent, count);
      const partitionsOf = Map.groupBy(chosen, (_, i) => sent[i]);
      partitionsOf.delete(null);
      for (const own of partitionsOf.values()) expect(new Set(own).size).toBe(1);
    });
  });

  test('a new key, or a record without a key, goes to a partition with the fewest records so far', () => {
    forAll((sent, count) => {
      const counts = Array.from({ length: count }, () => 0);
      for (const [i, partition] of place('even', sent, count).chosen.entries()) {
        const isFree = sent[i] === null || sent.indexOf(sent[i] as string) === i;
        if (isFree) expect(counts[partition]).toBe(Math.min(...counts));
        counts[partition] = (counts[partition] as number) + 1;
      }
    });
  });

  test('if the records of each key follow each other, the spread is at most the records of the largest key', () => {
    forAll((sent, count) => {
      const sorted = sent.filter((key) => key !== null).toSorted();
      const sizes = [...Map.groupBy(sorted, (key) => key).values()].map(({ length }) => length);
      expect(place('even', sorted, count).spread).toBeLessThanOrEqual(Math.max(0, ...sizes));
    });
  });

  test('if no key comes twice, the spread is at most 1', () => {
    forAll((sent, count) => {
      const different = sent.map((key, i) => key && `${key}-${i}`);
      expect(place('even', different, count).spread).toBeLessThanOrEqual(1);
    });
  });

  test('keys keep their partition when partitions are added, and new keys fill the new ones', () => {
    const choose = PARTITIONERS.even();
    const chosen = (sent: string[], count: number) => sent.map((key) => choose({ topic: 't', key }, count));
    const before = chosen(['a', 'b', 'c', 'd'], 2);
    expect(chosen(['a', 'b', 'c', 'd'], 3)).toEqual(before);
    expect(chosen(['e', 'f', 'g'], 3)).toEqual([2, 2, 2]);
  });

  test('each topic has its own counts', () => {
    const choose = PARTITIONERS.even();
    expect(['t', 'other', 't', 'other'].map((topic, i) => choose({ topic, key: `${i}` }, 2))).toEqual([0, 0, 1, 1]);
  });
});

test('hash: as Kafka chooses, and in turn without a key', () => {
  // The hashes are those of Kafka's own test of Utils.murmur2.
  const [first, second] = [-973_932_308, -790_332_482].map((hash) => (hash & 0x7fffffff) % 1_000);
  expect(place('hash', ['21', 'foobar', null, null], 1_000).chosen).toEqual([first, second, 0, 1]);
});

test('the logins of the generator lie more evenly with even than with hash', () => {
  const next = createLogins({ seed: 1 });
  const users = Array.from({ length: 5_000 }, () => next(0).user_id ?? null);
  expect(place('even', users, 3).spread * 10).toBeLessThan(place('hash', users, 3).spread);
});
