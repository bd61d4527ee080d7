import { over, plenty } from '#test/support/deadlines.ts';
import { beforeDeadline, retry, within } from './deadline.ts';
import { PermanentError, TransientError } from './errors.ts';

const down = () => new TransientError('DOWN', 'down');

describe('retry', () => {
  test('repeats after transient failures until the operation succeeds', async () => {
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

  test('throws a permanent failure at once', async () => {
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

  test('throws the last error when too little time is left', async () => {
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
  test('throws a transient failure when the work hangs', async () => {
    const hanging = new Promise<never>(() => undefined);

    await expect(beforeDeadline(hanging, over, 'LATE', 'it')).rejects.toMatchObject({
      code: 'LATE',
      retriable: true,
    });
  });

  test('returns the result of work that ends in time', async () => {
    expect(await beforeDeadline(Promise.resolve(1), plenty, 'LATE', 'it')).toBe(1);
  });
});

test('the earlier of two deadlines counts', () => {
  expect(within(10_000, within(50)).remaining()).toBeLessThanOrEqual(50);
  expect(within(50, within(10_000)).remaining()).toBeLessThanOrEqual(50);
});
