import { over, plenty } from '#test/support/deadlines.ts';
import type { Deadline } from '../deadline.ts';
import { PermanentError } from '../errors.ts';
import { sideBySide } from '../side-by-side.ts';
import { storeCall } from './call.ts';

const HOUR_MS = 3_600_000;
const call = (deadline: Deadline, timeoutMs = HOUR_MS) => ({ store: 'S3', deadline, timeoutMs });

test.each([
  ['the deadline passes', call(over)],
  ['its own time limit passes before the deadline', call({ remaining: () => HOUR_MS }, 1)],
])('a call is aborted when %s', async (_, options) => {
  const stuck = storeCall(options, ({ abortSignal }) => {
    return new Promise((_, reject) => abortSignal.addEventListener('abort', () => reject(abortSignal.reason as Error)));
  });

  await expect(stuck).rejects.toMatchObject({ code: 'S3', retriable: true });
});

test('an error has the name and status of its cause, not the message, which may quote what was sent', async () => {
  const error = Object.assign(new Error('secret'), { name: 'SlowDown', $metadata: { httpStatusCode: 503 } });

  await expect(storeCall(call(plenty), () => Promise.reject(error))).rejects.toThrow(/^S3 failed: SlowDown 503$/);
});

test('a PipelineError is rethrown unchanged', async () => {
  const error = new PermanentError('TOO_LARGE', '');

  await expect(storeCall(call(plenty), () => Promise.reject(error))).rejects.toBe(error);
});

test('sideBySide returns the results in the order of the items', async () => {
  const slowFirst = (ms: number) => new Promise<number>((resolve) => setTimeout(() => resolve(ms), ms));

  expect(await sideBySide([9, 1, 5, 0], 2, slowFirst)).toEqual([9, 1, 5, 0]);
  expect(await sideBySide([], 2, slowFirst)).toEqual([]);
});
