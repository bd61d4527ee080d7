import { startPace } from './pace.ts';

test('makes records evenly at the rate, and ends with its duration', async () => {
  let made = 0;
  let calls = 0;
  const pace = startPace({
    rate: 1_000,
    durationSeconds: 0.4,
    make: (count) => {
      made += count;
      calls++;
    },
  });
  await pace.finished;
  expect(made).toBeGreaterThanOrEqual(390);
  expect(made).toBeLessThan(600);
  expect(calls).toBeGreaterThan(5);
});

test('a rate below one per tick makes one now and then', async () => {
  const counts: number[] = [];
  await startPace({ rate: 20, durationSeconds: 0.32, make: (count) => counts.push(count) }).finished;
  expect(counts.length).toBeGreaterThanOrEqual(3);
  expect(counts.reduce((a, b) => a + b)).toBeLessThan(10);
});

test('what a stall of more than a second missed is left out', async () => {
  let made = 0;
  const pace = startPace({ rate: 1_000, durationSeconds: 2.6, make: (count) => (made += count) });
  const stalledUntil = performance.now() + 2_500;
  while (performance.now() < stalledUntil);
  await pace.finished;
  expect(made).toBeGreaterThan(900);
  expect(made).toBeLessThan(1_500);
});

test('stop ends it', async () => {
  let made = 0;
  const pace = startPace({ rate: 1_000, make: (count) => (made += count) });
  pace.stop();
  await pace.finished;
  expect(made).toBe(0);
});

test('a maker that throws ends it with that error', async () => {
  const pace = startPace({
    rate: 1_000,
    make: () => {
      throw new Error('no more');
    },
  });
  await expect(pace.finished).rejects.toThrow('no more');
});

test('a rate that changes is followed', async () => {
  const halves = [0, 0];
  const startedAt = performance.now();
  await startPace({
    rate: (seconds) => (seconds < 0.3 ? 100 : 1_000),
    durationSeconds: 0.6,
    make: (count) => {
      const half = performance.now() - startedAt < 300 ? 0 : 1;
      halves[half] = (halves[half] ?? 0) + count;
    },
  }).finished;
  expect(halves[0]).toBeLessThan(80);
  expect(halves[1]).toBeGreaterThan(200);
});
