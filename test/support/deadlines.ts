import type { Deadline } from '#lib/deadline.ts';

/** Deadlines that no clock moves: what a test expects of them doesn't hang on how fast the machine is. */
const PLENTY_MS = 60_000;

export const plenty: Deadline = { remaining: () => PLENTY_MS };
export const over: Deadline = { remaining: () => 0 };

/** Plenty of time until the condition holds, none from then on. */
export function overWhen(condition: () => boolean): Deadline {
  return { remaining: () => (condition() ? 0 : PLENTY_MS) };
}
