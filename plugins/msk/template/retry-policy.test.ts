import fc from 'fast-check';
import { exhausted, expired, nextStep, retryPolicy, waitAfter } from './retry-policy.ts';

const endless = Number.POSITIVE_INFINITY;

describe('retryPolicy', () => {
  test.each([
    ['no limit is set', {}, false, endless],
    ['-1 is set', { MaximumRetryAttempts: -1 }, false, endless],
    ['-1 is set, with a destination', { MaximumRetryAttempts: -1 }, true, 10],
    ['nothing is set, with a destination', {}, true, 10],
    ['0 is set', { MaximumRetryAttempts: 0 }, false, 0],
    ['25 is set, with a destination', { MaximumRetryAttempts: 25 }, true, 25],
  ])('retries, where %s', (_, properties, hasDestination, maximumRetryAttempts) => {
    expect(retryPolicy(properties, true, hasDestination)).toMatchObject({ maximumRetryAttempts });
  });

  test.each([
    [{}, endless],
    [{ MaximumRecordAgeInSeconds: -1 }, endless],
    [{ MaximumRecordAgeInSeconds: 60 }, 60_000],
  ])('age, where %j is set', (properties, maximumAgeMilliseconds) => {
    expect(retryPolicy(properties, true, false)).toMatchObject({ maximumAgeMilliseconds });
  });

  test('on-demand mode has no limits but that of a destination', () => {
    const all = { MaximumRetryAttempts: 2, MaximumRecordAgeInSeconds: 60, BisectBatchOnFunctionError: true };

    expect(retryPolicy(all, false, false)).toEqual({
      maximumRetryAttempts: endless,
      maximumAgeMilliseconds: endless,
      bisects: false,
      hasDestination: false,
    });
    expect(retryPolicy(all, false, true)).toMatchObject({ maximumRetryAttempts: 10, bisects: false });
  });
});

describe('nextStep', () => {
  const plain = retryPolicy({}, true, false);
  const bisecting = retryPolicy({ BisectBatchOnFunctionError: true }, true, false);
  const withDestination = retryPolicy({}, true, true);

  test.each([
    ['a batch is retried', plain, { invoked: 8, failed: 8, oversized: false }, 'retry'],
    ['a bisecting mapping splits it', bisecting, { invoked: 8, failed: 8, oversized: false }, 'split'],
    ['but not one record', bisecting, { invoked: 1, failed: 1, oversized: false }, 'retry'],
    ['nor what a partial response has split', bisecting, { invoked: 8, failed: 5, oversized: false }, 'rest'],
    ['an oversized record is retried', plain, { invoked: 1, failed: 1, oversized: true }, 'retry'],
    ['with a destination it is given up', withDestination, { invoked: 1, failed: 1, oversized: true }, 'discard'],
  ])('%s', (_, policy, failure, step) => {
    expect(nextStep(policy, failure)).toBe(step);
  });
});

test('records are exhausted after the first attempt and its retries', () => {
  const policy = retryPolicy({ MaximumRetryAttempts: 2 }, true, false);

  expect([1, 2, 3].map((failures) => exhausted(policy, failures))).toEqual([false, false, true]);
});

test('a record is too old one millisecond after its age is reached', () => {
  const policy = retryPolicy({ MaximumRecordAgeInSeconds: 60 }, true, false);

  expect([60_000, 60_001].map((now) => expired(policy, 0, now))).toEqual([false, true]);
});

test('the wait grows, within its bounds', () => {
  fc.assert(
    fc.property(fc.nat(10_000), (failures) => {
      const [wait, next] = [waitAfter(failures), waitAfter(failures + 1)];
      return wait >= 100 && wait <= next && next <= 5000;
    }),
  );
});
