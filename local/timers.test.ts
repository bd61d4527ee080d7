import { LONGEST_TIMER_MS, sleepUntil } from './timers.ts';

const DAY_MS = 86_400_000;

test('a sleep of many days uses several timers, none longer than the longest timer', async () => {
  let now = 1_000;
  const waits: number[] = [];
  const wait = async (ms: number) => {
    waits.push(ms);
    now += ms;
  };

  await sleepUntil(1_000 + 60 * DAY_MS, new AbortController().signal, { now: () => now, wait });

  expect(now).toBe(1_000 + 60 * DAY_MS);
  expect(waits.length).toBe(3);
  expect(Math.max(...waits)).toBe(LONGEST_TIMER_MS);
});

test('an abort ends a sleep, between two timers and within a timer', async () => {
  const stopping = new AbortController();
  const never = sleepUntil(Date.now() + 60 * DAY_MS, stopping.signal);
  stopping.abort();
  await never;
  await sleepUntil(Date.now() + 60 * DAY_MS, stopping.signal);
});

test('a sleep until a time in the past ends at once', async () => {
  await sleepUntil(5, new AbortController().signal, { now: () => 5, wait: () => Promise.reject(new Error('waited')) });
});
