import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';

export interface Wait {
  /** The condition in words, for the error. */
  what: string;
  /** Time limit. Generous: a busy machine takes many times as long as an idle one. */
  boundMs?: number;
  /** The state to show in the error, if the condition's own value is not helpful. */
  seen?: () => unknown;
}

const BOUND_MS = 30_000;
const LONGEST_PAUSE_MS = 100;

/**
 * Checks the condition repeatedly until it holds. A condition that throws or rejects doesn't hold yet.
 * @returns the condition's first truthy value
 * @throws Error after the time limit. It names the condition and its last value or error.
 * @example await eventually(() => lines.includes('ready'), { what: 'the line "ready"', seen: () => lines });
 */
export async function eventually<T>(
  condition: () => T | Promise<T>,
  { what, boundMs = BOUND_MS, seen }: Wait,
): Promise<T> {
  const end = performance.now() + boundMs;
  for (let pause = 5; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const { value, error } = await ask(condition);
    if (value) return value;
    if (performance.now() >= end) {
      const last = error ?? (seen ? await seen() : value);
      const text = last instanceof Error || typeof last === 'string' ? String(last) : inspect(last, { depth: 6 });
      throw new Error(`not within ${boundMs / 1000} s: ${what}; last seen: ${text}`, { cause: error });
    }
    await sleep(pause);
  }
}

async function ask<T>(condition: () => T | Promise<T>): Promise<{ value?: T; error?: unknown }> {
  try {
    return { value: await condition() };
  } catch (error) {
    return { error };
  }
}
