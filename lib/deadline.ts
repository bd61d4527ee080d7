import type { Context } from 'aws-lambda';
import { TransientError } from './errors.ts';

/** How much time is left for work, in ms; never the function's own end, so that handing back is still possible. */
export interface Deadline {
  remaining(): number;
}

type RemainingTime = Pick<Context, 'getRemainingTimeInMillis'>;

/** What an invocation keeps for handing back and its last log line, in ms. */
const RESERVE_MS = 1_500;

export function invocationDeadline(context: RemainingTime): Deadline {
  return { remaining: () => context.getRemainingTimeInMillis() - RESERVE_MS };
}

/** What a batch keeps for its dead letters: this many ms, or the given share of a shorter time. */
const LETTERS_MS = 10_000;
const LETTERS_SHARE = 1 / 5;

/**
 * The two ends of a batch: of its work, and of its dead letters, which have time of their own. Work that uses up its
 * time would otherwise leave none for the letters of what it has found out, and all would come again, for ever.
 */
export function batchDeadlines(context: RemainingTime): { work: Deadline; letters: Deadline } {
  const letters = invocationDeadline(context);
  const kept = Math.max(0, Math.min(LETTERS_MS, letters.remaining() * LETTERS_SHARE));
  return { work: { remaining: () => letters.remaining() - kept }, letters };
}

/** A deadline so many ms from now, or an earlier one. */
export function within(ms: number, outer?: Deadline): Deadline {
  const end = performance.now() + ms;
  return { remaining: () => Math.min(end - performance.now(), outer?.remaining() ?? Number.POSITIVE_INFINITY) };
}

export interface RetryOptions {
  deadline: Deadline;
  /** first pause in ms; doubled each time up to 2 s, each with half of it left to chance */
  pauseMs?: number;
}

/**
 * Tries again what fails with a retriable error, until it passes or too little time is left for another try.
 * @throws the last error, unchanged: a permanent one at once
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
 * Ends the wait, not the work: whoever starts the work must see to it that it does no harm afterwards.
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
