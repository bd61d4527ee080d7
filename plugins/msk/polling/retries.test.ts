import fc from 'fast-check';
import { retryPolicy } from '../template/retry-policy.ts';
import { exhausted, expired, nextStep, waitAfter } from './retries.ts';

describe('nextStep', () => {
  const plain = retryPolicy({}, true, false);
  const bisecting = retryPolicy({ BisectBatchOnFunctionError: true }, true, false);
  const withDestination = retryPolicy({}, true, true);

  test.each([
    ['a failed batch is retried', plain, { invoked: 8, failed: 8, oversized: false }, 'retry'],
    ['a mapping that bisects splits it', bisecting, { invoked: 8, failed: 8, oversized: false }, 'split'],
    ['a mapping that bisects retries a single record', bisecting, { invoked: 1, failed: 1, oversized: false }, 'retry'],
    [
      'a mapping that bisects does not split the rest that a partial response left',
      bisecting,
      { invoked: 8, failed: 5, oversized: false },
      'rest',
    ],
    [
      'an oversized record is retried without a destination',
      plain,
      { invoked: 1, failed: 1, oversized: true },
      'retry',
    ],
    [
      'an oversized record is discarded with a destination',
      withDestination,
      { invoked: 1, failed: 1, oversized: true },
      'discard',
    ],
  ])('%s', (_, policy, failure, step) => {
    expect(nextStep(policy, failure)).toBe(step);
  });
});

test('records are exhausted after the first attempt and all retries', () => {
  const policy = retryPolicy({ MaximumRetryAttempts: 2 }, true, false);

  expect([1, 2, 3].map((failures) => exhausted(policy, failures))).toEqual([false, false, true]);
});

test('a record is too old one millisecond after its age is reached', () => {
  const policy = retryPolicy({ MaximumRecordAgeInSeconds: 60 }, true, false);

  expect([60_000, 60_001].map((now) => expired(policy, 0, now))).toEqual([false, true]);
});

test('the wait before the next attempt grows within its bounds', () => {
  fc.assert(
    fc.property(fc.nat(10_000), (failures) => {
      const [wait, next] = [waitAfter(failures), waitAfter(failures + 1)];
      return wait >= 100 && wait <= next && next <= 5000;
    }),
  );
});
