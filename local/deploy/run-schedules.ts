import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Invoke } from '#msk';
import { LONGEST_TIMER_MS } from '../timers.ts';
import { type Schedule, scheduledEvent } from './schedules.ts';

export interface RunningSchedules {
  /** Starts no more, and waits for what runs, within a bound. */
  stop(): Promise<void>;
}

/** How long a stop waits for an invocation. */
const STOP_MS = 10_000;

/**
 * Invokes functions on their schedules, the first time one period from now, as EventBridge does: its rates count from
 * when they are made, not from the full minute. Two differences: a schedule's invocation that still runs when the next
 * is due takes its place, and one that fails isn't tried again before that.
 * @param log takes a line about each invocation that failed or was left out
 */
export function runSchedules(
  schedules: readonly Schedule[],
  invoke: Invoke,
  log: (line: string) => void,
): RunningSchedules {
  const running = new Map<Schedule, Promise<void>>();

  async function run(schedule: Schedule): Promise<void> {
    const { logicalId, functionLogicalId, input } = schedule;
    try {
      await invoke(functionLogicalId, input ?? scheduledEvent(schedule, randomUUID(), new Date()));
    } catch (error) {
      log(`${logicalId}: ${functionLogicalId} failed: ${String(error)}`);
    } finally {
      running.delete(schedule);
    }
  }

  function due(schedule: Schedule): void {
    if (running.has(schedule)) log(`${schedule.logicalId}: left out, as the one before still runs`);
    else running.set(schedule, run(schedule));
  }

  const timers = schedules
    .filter(({ milliseconds }) => milliseconds <= LONGEST_TIMER_MS)
    .map((schedule) => setInterval(() => due(schedule), schedule.milliseconds));
  return {
    async stop() {
      for (const timer of timers) clearInterval(timer);
      await Promise.race([Promise.all(running.values()), sleep(STOP_MS, undefined, { ref: false })]);
    },
  };
}
