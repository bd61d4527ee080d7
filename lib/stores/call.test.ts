import { within } from '../deadline.ts';
import { PermanentError } from '../errors.ts';
import { storeCall } from './call.ts';
import { sideBySide } from './side-by-side.ts';

const call = (ms: number) => ({ store: 'S3', deadline: within(ms), timeoutMs: 60_000 });

test('a call is ended when the time is over', async () => {
  const began = performance.now();
  const stuck = storeCall(call(30), ({ abortSignal }) => {
    return new Promise((_, reject) => abortSignal.addEventListener('abort', () => reject(abortSignal.reason as Error)));
  });

  await expect(stuck).rejects.toMatchObject({ code: 'S3', retriable: true });
  expect(performance.now() - began).toBeLessThan(1_000);
});

test('an error tells its name and status, not its message, which may quote what was sent', async () => {
  const error = Object.assign(new Error('secret'), { name: 'SlowDown', $metadata: { httpStatusCode: 503 } });

  await expect(storeCall(call(1000), () => Promise.reject(error))).rejects.toThrow(/^S3 failed: SlowDown 503$/);
});

test('an error of ours stays as it is', async () => {
  const error = new PermanentError('TOO_LARGE', '');

  await expect(storeCall(call(1000), () => Promise.reject(error))).rejects.toBe(error);
});

test('side by side, results are in the order of their items', async () => {
  const slowFirst = (ms: number) => new Promise<number>((resolve) => setTimeout(() => resolve(ms), ms));

  expect(await sideBySide([9, 1, 5, 0], 2, slowFirst)).toEqual([9, 1, 5, 0]);
  expect(await sideBySide([], 2, slowFirst)).toEqual([]);
});
