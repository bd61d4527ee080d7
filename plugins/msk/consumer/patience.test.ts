import { patience } from './patience.ts';

const windowed = { windowMilliseconds: 1000, batchSize: 10_000 };
const none = Number.POSITIVE_INFINITY;
const free = { held: false, since: none };

test('the first record ends the wait, so that its window begins at once', () => {
  expect(patience(windowed, free, 5000)).toEqual({ milliseconds: 3000, bytes: 1 });
});

test('while a window runs, the fetch waits almost for its end, or for many records', () => {
  expect(patience(windowed, { ...free, since: 5000 }, 5100)).toEqual({ milliseconds: 880, bytes: 262_144 });
});

test('a long window is waited for in parts, and a full batch of small records ends the wait', () => {
  const long = { windowMilliseconds: 300_000, batchSize: 100 };

  expect(patience(long, { ...free, since: 5000 }, 5100)).toEqual({ milliseconds: 1000, bytes: 10_000 });
});

test('just before the end of a window, the fetch is for the next one', () => {
  expect(patience(windowed, { ...free, since: 5000 }, 5985)).toEqual({ milliseconds: 3000, bytes: 1 });
});

test('while the function is busy longer than a window, more records are collected', () => {
  expect(patience(windowed, { ...free, since: 5000 }, 6500)).toEqual({ milliseconds: 200, bytes: 262_144 });
});

test('without a window, no record waits', () => {
  const immediate = { windowMilliseconds: 0, batchSize: 500 };

  expect(patience(immediate, { ...free, since: 5000 }, 5001).bytes).toBe(1);
});

test('while a partition is held, the others are fetched again soon', () => {
  expect(patience(windowed, { held: true, since: none }, 5000).milliseconds).toBe(50);
});
