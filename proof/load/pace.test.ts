import { jest } from '@jest/globals';
import { type PaceOptions, startPace } from './pace.ts';

/** The time in ms of the test's clock. */
let clock: number;
beforeEach(() => {
  clock = 0;
  jest.useFakeTimers({ doNotFake: ['performance'] });
  jest.spyOn(performance, 'now').mockImplementation(() => clock);
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

/** Advances the clock; every timer fires when it is due. */
function pass(ms: number): void {
  for (let passed = 0; passed < ms; passed += 1) {
    clock += 1;
    jest.advanceTimersByTime(1);
  }
}

/** A pace, the times at which it asked for records, and how many it asked for. */
function setUp(options: Omit<PaceOptions, 'make'>) {
  const calls: { at: number; count: number }[] = [];
  const pace = startPace({ ...options, make: (count) => calls.push({ at: clock, count }) });
  const made = (from = 0) => calls.filter(({ at }) => at > from).reduce((sum, { count }) => sum + count, 0);
  return { pace, calls, made };
}

test('makes records evenly at the rate, and ends with its duration', async () => {
  const { pace, calls, made } = setUp({ rate: 1_000, durationSeconds: 0.4 });

  pass(1_000);
  await pace.finished;

  expect(made()).toBe(400);
  expect(new Set(calls.map(({ count }) => count))).toEqual(new Set([10]));
});

test('a rate below one record per tick skips ticks', () => {
  const { calls } = setUp({ rate: 20 });

  pass(320);

  expect(calls).toEqual([50, 100, 150, 200, 250, 300].map((at) => ({ at, count: 1 })));
});

test('after a delay of less than a second the missed records are made', () => {
  const { made } = setUp({ rate: 1_000 });

  clock += 790;
  pass(10);

  expect(made()).toBe(800);
});

test('after a longer delay only one second of missed records is made', () => {
  const { made } = setUp({ rate: 1_000 });

  clock += 2_490;
  pass(10);
  expect(made()).toBe(1_000);
  pass(100);

  expect(made()).toBe(1_100);
});

test('stop ends the pace', async () => {
  const { pace, calls } = setUp({ rate: 1_000 });

  pace.stop();
  pass(100);
  await pace.finished;

  expect(calls).toEqual([]);
});

test('an error of `make` ends the pace with that error', async () => {
  const make = jest.fn(() => {
    throw new Error('no more');
  });
  const pace = startPace({ rate: 1_000, make });

  pass(100);

  await expect(pace.finished).rejects.toThrow('no more');
  expect(make).toHaveBeenCalledTimes(1);
});

test('the pace follows a changing rate', () => {
  const { made } = setUp({ rate: (seconds) => (seconds <= 0.3 ? 100 : 1_000) });

  pass(600);

  expect([made() - made(300), made(300)]).toEqual([30, 300]);
});
