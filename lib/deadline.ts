import type { Context } from 'aws-lambda';
import { TransientError } from './errors.ts';

/** A time limit for work. It ends before the function's own timeout, so that handing back is still possible. */
export interface Deadline {
  /** the time left, in ms; negative after the end */
  remaining(): number;
}

type RemainingTime = Pick<Context, 'getRemainingTimeInMillis'>;

/** Time that an invocation keeps for handing back and its last log line, in ms. */
const RESERVE_MS = 1_500;

export function invocationDeadline(context: RemainingTime): Deadline {
  return { remaining: () => context.getRemainingTimeInMillis() - RESERVE_MS };
}

/** Time that a batch keeps for its dead letters: this many ms, or this share of the time left if that is shorter. */
const LETTERS_MS = 10_000;
const LETTERS_SHARE = 1 / 5;

/**
 * The deadlines of a batch: one for its work, and a later one for its dead letters. Without time kept for them, work
 * that uses up its time would leave none for dead letters, and the whole batch would be delivered again and again.
 */
export function batchDeadlines(context: RemainingTime): { work: Deadline; letters: Deadline } {
  const letters = invocationDeadline(context);
  const kept = Math.max(0, Math.min(LETTERS_MS, letters.remaining() * LETTERS_SHARE));
  return { work: { remaining: () => letters.remaining() - kept }, letters };
}

/** A deadline in `ms` from now, or `outer` if that is earlier. */
export function within(ms: number, outer?: Deadline): Deadline {
  const end = performance.now() + ms;
  return { remaining: () => Math.min(end - performance.now(), outer?.remaining() ?? Number.POSITIVE_INFINITY) };
}

export interface RetryOptions {
  deadline: Deadline;
  /** first pause in ms; it doubles each time, up to 2 s; half of each pause is random */
  pauseMs?: number;
}

/**
 * Repeats an operation that fails with a TransientError, until it succeeds or too little time is left for another try.
 * @throws the last error, unchanged; any other error at once
 */
export async function retry<T>(operation: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await operation(attempt);
    } catch (error) {
      const ceiling = Math.min((options.pauseMs ?? 100) * 2 ** attempt, 2_000);
      const pause = ceiling / 2 + Math.random() * (ceiling / 2);
      if (!(error instanceof TransientError) || options.deadline.remaining() <= pause) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/**
 * Waits for work until the deadline. The work itself is not stopped: the caller must make sure that it does no harm if
 * it ends later.
 * @throws TransientError of the given code when the deadline passes first
 */
export async function beforeDeadline<T>(work: Promise<T>, deadline: Deadline, code: string, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const ms = Math.max(0, deadline.remaining());
    timer = setTimeout(() => reject(new TransientError(code, `${what} did not end within ${Math.round(ms)} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
