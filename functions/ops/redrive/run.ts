import { setTimeout as sleep } from 'node:timers/promises';
import { type Ask, sentLetters } from './ask.ts';
import { nameOf, type Plan, startOf } from './plan.ts';
import { MOST_SENT, type Refusal } from './requests.ts';

export interface RunOptions {
  /** the most records per second */
  readonly rate: number;
  /** ends the redrive after the present page */
  readonly signal?: AbortSignal;
  readonly progress?: (done: Progress) => void;
  /** the most records of a page; by default half a second of the rate, so that the records come evenly */
  readonly page?: number;
  /** ms before a page is tried again */
  readonly pauseMs?: number;
}

export interface Progress {
  /** by this redrive, also before it was resumed */
  readonly sent: number;
  readonly refused: number;
  readonly total: number;
}

export interface Redriven extends Progress {
  readonly refusals: readonly Refusal[];
  readonly stopped: boolean;
}

const PAGES_PER_SECOND = 2;
const MOST_FAILURES = 5;
const PAUSE_MS = 2_000;

/**
 * Sends the records of a plan, page by page. No record is sent twice under one id: each record has the id and its
 * letter in its headers, and after a stop or a failed page the topics themselves say which ones they have.
 * @throws Error if a page fails again and again
 */
export async function runRedrive(
  ask: Ask,
  plan: Plan,
  { rate, signal, progress, page: most = rate / PAGES_PER_SECOND, pauseMs = PAUSE_MS }: RunOptions,
): Promise<Redriven> {
  const { topic, id, force } = plan;
  const total = plan.letters.length;
  const refusals: Refusal[] = [];
  let left = plan.letters;
  let failures = 0;
  const at = (): Progress => ({ sent: total - left.length - refusals.length, refused: refusals.length, total });

  async function leaveOutSent(): Promise<void> {
    const since = startOf(id) ?? 0;
    const targets = new Set(plan.letters.map(({ from }) => from.topic));
    const sent = new Set<string>();
    for (const target of targets) {
      for (const letter of await sentLetters(ask, { id, topic: target, since })) sent.add(letter);
    }
    left = left.filter((letter) => !sent.has(nameOf(topic, letter)));
  }

  // Whether some of the records that are left may be sent already.
  let unsure = plan.resumed;
  const size = Math.max(1, Math.min(MOST_SENT, Math.floor(most)));
  while (left.length > 0 && !signal?.aborted) {
    const began = performance.now();
    let page: Plan['letters'] = [];
    try {
      if (unsure) await leaveOutSent();
      unsure = false;
      if (left.length === 0) break;
      page = left.slice(0, size);
      const letters = page.map((letter) => ({ ...letter.at, attempt: letter.attempts + 1 }));
      const { refused } = await ask('send', { topic, id, letters, force });
      refusals.push(...refused);
      left = left.slice(page.length);
      failures = 0;
    } catch (error) {
      unsure = true;
      failures += 1;
      if (failures > MOST_FAILURES) throw error;
      await sleep(pauseMs);
    }
    progress?.(at());
    const due = (page.length / rate) * 1000 - (performance.now() - began);
    if (left.length > 0 && due > 0) await sleep(due, undefined, { signal }).catch(() => undefined);
  }
  return { ...at(), refusals, stopped: left.length > 0 };
}
