import { jest } from '@jest/globals';
import fc from 'fast-check';
import { murmur2 } from '#lib/kafka/client/partitioner.ts';
import { runCommand } from '../command.ts';
import { skew } from './skew.ts';
import { skewText } from './skew-text.ts';
import { skewOf, startTally } from './tally.ts';

const hashed = (key: string, count: number) => (murmur2(Buffer.from(key)) & 0x7fffffff) % count;

/** Counts the keys, each in the partition that is given, or that Kafka's hash chooses. */
function tallyOf(keys: readonly (string | [key: string, partition: number] | null)[], planned = 2, mostKeys?: number) {
  const { tally, add } = startTally(2, planned, mostKeys);
  for (const own of keys) {
    const [key, partition] = Array.isArray(own) ? own : [own, own === null ? 0 : hashed(own, 2)];
    add(partition, key === null ? null : Buffer.from(key));
  }
  return tally;
}
const shown = { topic: 't', hottest: 2, reveal: true };

test('another number of partitions is computed as Kafka chooses, whatever the keys are', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.integer({ min: 1, max: 12 }), (keys, count) => {
      const expected = Array.from(
        { length: count },
        (_, own) => keys.filter((key) => hashed(key, count) === own).length,
      );
      const { planned, elsewhere, records } = tallyOf(keys, count);
      expect(planned).toEqual(expected);
      expect(elsewhere).toBe(0);
      expect(records.reduce((sum, own) => sum + own, 0)).toBe(keys.length);
    }),
  );
});

test('keys in two partitions, records off their hash and records without a key are counted', () => {
  const other = 1 - hashed('b', 2);
  const tally = tallyOf(['a', 'a', 'b', ['b', other], null]);
  expect(tally).toMatchObject({ withoutKey: 1, elsewhere: 1, uncounted: 0 });
  expect([...tally.keys.values()].map(({ isScattered }) => isScattered)).toEqual([false, true]);
});

test('too many keys, and long keys, take no more memory', () => {
  const long = 'x'.repeat(1_000);
  const tally = tallyOf([long, `${long}y`, long, 'third'], 2, 2);
  expect(tally.uncounted).toBe(1);
  expect([...tally.keys].map(([name, { records }]) => [name.length, records])).toEqual([
    [33, 2],
    [33, 1],
  ]);
  expect(skewText(tally, shown)).toContain('too many keys: 1 records');
});

test('the skew is the largest partition divided by the mean', () => {
  expect(skewOf([3, 1, 2])).toBe(1.5);
  expect(skewOf([0, 0])).toBe(1);
});

test('the text names the hottest keys only with reveal, and without control characters', () => {
  const tally = tallyOf(['U1', 'U1', 'U1', 'U\u001b[2J\u009b', 'U\u001b[2J\u009b', 'rare']);
  const text = skewText(tally, shown);
  expect(text).toContain('50.0 %  3 in partition');
  expect(text).toContain('"U1"');
  expect(text).toContain('"U\\u001b[2J?"');
  expect(text).not.toContain('rare');
  const masked = skewText(tally, { ...shown, reveal: false });
  expect(masked).toContain('***');
  expect(masked).not.toMatch(/U1|2J|rare/);
});

test('a hot key limits what more partitions can do, and an empty topic is said to be empty', () => {
  expect(skewText(tallyOf(['a', 'a', 'a', 'b'], 4), shown)).toContain('the hottest key alone makes it at least 3.000');
  expect(skewText(tallyOf([]), shown)).toBe('t: no record, so there is nothing to measure');
});

test.each([
  [[], 'give one topic'],
  [['a', 'b'], 'give one topic'],
  [['a', '--count', '0'], '--count takes a whole number from 1'],
  [['a', '--partitions', 'x'], '--partitions takes a whole number from 1'],
  [['a', '--timeout', '0'], '--timeout takes a number from 0.1'],
])('the arguments %j exit with code 2 before a stack is looked for', async (args, message) => {
  const errors = jest.spyOn(console, 'error').mockImplementation(() => {});
  const code = await runCommand(
    skew(() => Promise.reject(new Error('no stack is needed'))),
    args,
  );
  expect(code).toBe(2);
  expect(errors.mock.calls.flat().join()).toContain(message);
  errors.mockRestore();
});
