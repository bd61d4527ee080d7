import type { Deadline } from '#lib/deadline.ts';

/** Deadlines without a clock, so that a test doesn't depend on the speed of the machine. */
const PLENTY_MS = 60_000;

export const plenty: Deadline = { remaining: () => PLENTY_MS };
export const over: Deadline = { remaining: () => 0 };

/** A deadline that is over as soon as the condition holds. */
export function overWhen(condition: () => boolean): Deadline {
  return { remaining: () => (condition() ? 0 : PLENTY_MS) };
}
