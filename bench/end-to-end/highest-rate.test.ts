import { highest } from './highest-rate.ts';

test.each([[0], [1], [3], [8]])('the highest value of 8 that holds is found, if %i hold', async (count) => {
  const values = [1, 2, 3, 4, 5, 6, 7, 8];

  expect(await highest(values, async (value) => value <= count)).toBe(count);
});
