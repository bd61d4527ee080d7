import { setTimeout as sleep } from 'node:timers/promises';
import { shared } from './shared.ts';

test('calls of about the same time get one result; a later one a new result', async () => {
  let calls = 0;
  const count = shared(async () => {
    calls += 1;
    await sleep(20);
    return calls;
  });
  expect(await Promise.all([count(), count()])).toEqual([1, 1]);
  expect(await count()).toBe(1);
  await sleep(1_100);
  expect(await count()).toBe(2);
});

test('a failure is not kept for ever', async () => {
  let calls = 0;
  const flaky = shared(async () => {
    calls += 1;
    if (calls === 1) throw new Error('no');
    return calls;
  });
  await expect(flaky()).rejects.toThrow('no');
  await sleep(1_100);
  expect(await flaky()).toBe(2);
});
