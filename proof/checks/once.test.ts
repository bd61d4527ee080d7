import fc from 'fast-check';
import { Findings } from '../findings.ts';
import { checkOnce } from './once.ts';

const check = (expected: readonly string[], stored: readonly string[], repeats?: 'allowed') => {
  const findings = new Findings();
  const result = checkOnce(
    {
      place: 'here',
      expected: new Map(expected.map((id) => [id, id])),
      stored: stored.map((id) => [id, id] as const),
      difference: () => undefined,
      ...(repeats && { repeats }),
    },
    findings,
  );
  return { ...result, counts: findings.counts() };
};

test('lost, duplicated, unexpected: each fault is counted once and named', () => {
  expect(check(['a', 'b', 'c'], ['b', 'b', 'x'])).toEqual({
    expected: 3,
    stored: 3,
    lost: 2,
    duplicated: 1,
    different: 0,
    unexpected: 1,
    repeated: 0,
    counts: { lost: 2, duplicated: 1, different: 0, unexpected: 1, outOfOrder: 0 },
  });
});

test('allowed repeats are counted separately, and compared like any other entry', () => {
  expect(check(['a'], ['a', 'a', 'a'], 'allowed')).toMatchObject({ stored: 3, repeated: 2, duplicated: 0, lost: 0 });
  const findings = new Findings();
  checkOnce(
    {
      place: 'here',
      expected: new Map([['a', 1]]),
      stored: [
        ['a', 1],
        ['a', 2],
      ],
      difference: (wanted, found) => (wanted === found ? undefined : 'another'),
      repeats: 'allowed',
    },
    findings,
  );
  expect(findings.list()).toEqual([
    { place: 'here', kind: 'different', count: 1, first: [{ id: 'a', why: 'another' }] },
  ]);
});

test('there is no fault exactly if both sides are the same', () => {
  const ids = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 6 });
  fc.assert(
    fc.property(fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd')), ids, (expected, stored) => {
      const { lost, duplicated, unexpected } = check(expected, stored);
      const same = stored.toSorted().join() === expected.toSorted().join();
      expect(lost + duplicated + unexpected === 0).toBe(same);
    }),
  );
});
