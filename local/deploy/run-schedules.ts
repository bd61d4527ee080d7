import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Invoke } from '#msk';
import { LONGEST_TIMER_MS } from '../timers.ts';
import { type Schedule, scheduledEvent } from './schedules.ts';

export interface RunningSchedules {
  /** Starts no more invocations, and waits for the running ones, at most {@link STOP_MS}. */
  stop(): Promise<void>;
}

/** How long a stop waits for running invocations. */
const STOP_MS = 10_000;

/**
 * Invokes functions on their schedules. As in EventBridge, the first invocation is one period from now: a rate counts
 * from the creation of its rule, not from the full minute. Two differences from EventBridge: an invocation is skipped
 * while the schedule's former one still runs, and a failed invocation isn't retried.
 * @param log gets a line about each invocation that failed or was skipped
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
    if (running.has(schedule)) log(`${schedule.logicalId}: skipped, because its former invocation still runs`);
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
