import { retryPolicy } from './retry-policy.ts';

const endless = Number.POSITIVE_INFINITY;

describe('retryPolicy', () => {
  test.each([
    ['no limit is set', {}, false, endless],
    ['-1 is set', { MaximumRetryAttempts: -1 }, false, endless],
    ['-1 is set, with a destination', { MaximumRetryAttempts: -1 }, true, 10],
    ['no limit is set, with a destination', {}, true, 10],
    ['0 is set', { MaximumRetryAttempts: 0 }, false, 0],
    ['25 is set, with a destination', { MaximumRetryAttempts: 25 }, true, 25],
  ])('number of retries if %s', (_, properties, hasDestination, maximumRetryAttempts) => {
    expect(retryPolicy(properties, true, hasDestination)).toMatchObject({ maximumRetryAttempts });
  });

  test.each([
    [{}, endless],
    [{ MaximumRecordAgeInSeconds: -1 }, endless],
    [{ MaximumRecordAgeInSeconds: 60 }, 60_000],
  ])('maximum age if %j is set', (properties, maximumAgeMilliseconds) => {
    expect(retryPolicy(properties, true, false)).toMatchObject({ maximumAgeMilliseconds });
  });

  test('on-demand mode ignores the limits, but a destination sets one', () => {
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
