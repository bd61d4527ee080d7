import { eventually } from './eventually.ts';

test('waits until the condition holds, and returns its value', async () => {
  const answers: (() => unknown)[] = [() => 0, () => Promise.reject(new Error('away')), () => Promise.resolve('here')];

  expect(await eventually(() => answers.shift()?.(), { what: 'an answer' })).toBe('here');
  expect(answers).toEqual([]);
});

test.each<[what: string, condition: () => unknown, seen: (() => unknown) | undefined, last: string]>([
  ['the last value', () => 0, undefined, '0'],
  ['the state that the caller gives', () => false, () => ({ done: 2 }), '{ done: 2 }'],
  ['the last error', () => Promise.reject(new TypeError('away')), () => 2, 'TypeError: away'],
])('the error names the condition and %s', async (_, condition, seen, last) => {
  const failed = eventually(condition, { what: 'three rows', boundMs: 0, ...(seen && { seen }) });

  await expect(failed).rejects.toThrow(`not within 0 s: three rows; last seen: ${last}`);
});
