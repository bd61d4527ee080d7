import { over, plenty } from '#test/support/deadlines.ts';
import { beforeDeadline, retry, within } from './deadline.ts';
import { PermanentError, TransientError } from './errors.ts';

const down = () => new TransientError('DOWN', 'down');

describe('retry', () => {
  test('tries a transient failure again until it passes', async () => {
    let tries = 0;
    const result = await retry(
      async () => {
        tries += 1;
        if (tries < 3) throw down();
        return tries;
      },
      { deadline: plenty, pauseMs: 1 },
    );

    expect(result).toBe(3);
  });

  test('gives a permanent failure back at once', async () => {
    let tries = 0;
    const failing = retry(
      async () => {
        tries += 1;
        throw new PermanentError('BAD', 'bad');
      },
      { deadline: plenty, pauseMs: 1 },
    );

    await expect(failing).rejects.toMatchObject({ code: 'BAD' });
    expect(tries).toBe(1);
  });

  test('ends with the last error when too little time is left', async () => {
    const left = [1_000, 1_000, 1];
    let tries = 0;
    const failing = retry(
      async () => {
        tries += 1;
        throw new TransientError('DOWN', `try ${tries}`);
      },
      { deadline: { remaining: () => left.shift() ?? 0 }, pauseMs: 2 },
    );

    await expect(failing).rejects.toMatchObject({ code: 'DOWN', message: 'try 3' });
  });
});

describe('beforeDeadline', () => {
  test('ends the wait for work that hangs, as a transient failure', async () => {
    const hanging = new Promise<never>(() => undefined);

    await expect(beforeDeadline(hanging, over, 'LATE', 'it')).rejects.toMatchObject({
      code: 'LATE',
      retriable: true,
    });
  });

  test('gives the result of work that is in time', async () => {
    expect(await beforeDeadline(Promise.resolve(1), plenty, 'LATE', 'it')).toBe(1);
  });
});

test('the nearer of two deadlines counts', () => {
  expect(within(10_000, within(50)).remaining()).toBeLessThanOrEqual(50);
  expect(within(50, within(10_000)).remaining()).toBeLessThanOrEqual(50);
});
