import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';

export interface Wait {
  /** What is waited for, as the error names it. */
  what: string;
  /** How long it may take. Generous: a machine that is busy takes many times as long as one that is idle. */
  boundMs?: number;
  /** What the error tells of the state at the end, where the condition's own value tells nothing. */
  seen?: () => unknown;
}

const BOUND_MS = 30_000;
const LONGEST_PAUSE_MS = 100;

/**
 * Asks again and again until the condition holds. One that throws or rejects doesn't hold yet.
 * @returns the condition's value, the first that is truthy
 * @throws Error when the bound passes: what was waited for, and the last value or error
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
