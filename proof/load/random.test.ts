import { createRandom } from './random.ts';

const first = (count: number, ...seeds: number[]) => {
  const random = createRandom(...seeds);
  return Array.from({ length: count }, () => random.next());
};

test('the same seeds give the same sequence, other seeds another', () => {
  expect(first(50, 7, 1)).toEqual(first(50, 7, 1));
  expect(first(50, 7, 1)).not.toEqual(first(50, 7, 2));
  expect(first(50, 7, 1)).not.toEqual(first(50, 1, 7));
  expect(first(50, 7)).not.toEqual(first(50, 8));
});

test('numbers are distributed evenly, and normal ones have mean 0 and deviation 1', () => {
  const random = createRandom(3);
  const tenths = new Array<number>(10).fill(0);
  for (let i = 0; i < 10_000; i++) {
    const tenth = random.below(10);
    tenths[tenth] = (tenths[tenth] as number) + 1;
  }
  const normal = Array.from({ length: 10_000 }, () => random.normal());
  const mean = normal.reduce((a, b) => a + b) / normal.length;
  const deviation = Math.sqrt(normal.reduce((sum, value) => sum + (value - mean) ** 2, 0) / normal.length);
  expect(Math.abs(mean)).toBeLessThan(0.05);
  expect(Math.abs(deviation - 1)).toBeLessThan(0.05);
  for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(150);
  expect(random.between(5, 6)).toBeGreaterThanOrEqual(5);
});

test('vehicles with consecutive numbers have different sequences', () => {
  const starts = Array.from({ length: 1000 }, (_, index) => first(1, 7, index)[0] ?? 0);
  const mean = starts.reduce((a, b) => a + b) / starts.length;
  expect(new Set(starts).size).toBe(1000);
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.05);
});
