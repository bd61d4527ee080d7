import { boundedCache } from './bounded-cache.ts';

test('a value is valid until it is too old, also if it is undefined', () => {
  let time = 0;
  const cache = boundedCache<string | undefined>({ ageMs: 10, size: 9, now: () => time });
  cache.set('a', 'first');
  cache.set('b', undefined);

  time = 9;
  expect([cache.get('a')?.value, cache.get('b')]).toEqual(['first', expect.objectContaining({ value: undefined })]);
  cache.set('a', 'second');
  time = 10;
  expect([cache.get('a')?.value, cache.get('b')]).toEqual(['second', undefined]);
});

test('a full cache drops the value that was set first', () => {
  const cache = boundedCache<number>({ ageMs: 10, size: 2, now: () => 0 });
  for (const [n, key] of ['a', 'b', 'a', 'c'].entries()) cache.set(key, n);

  expect(['a', 'b', 'c'].map((key) => cache.get(key)?.value)).toEqual([2, undefined, 3]);
});
