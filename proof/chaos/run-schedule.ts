import { setTimeout as sleep } from 'node:timers/promises';
import type { Planned, Struck } from './facts.ts';
import type { Schedule } from './schedule.ts';
import type { Strike, Target } from './strike.ts';

/**
 * Runs the strikes of a schedule, each at its time.
 * @returns when each of them happened
 * @throws Error where a strike can't be made or undone: the run then proves nothing about it
 */
export function runSchedule(
  { strikes }: Schedule,
  kinds: Readonly<Record<string, Strike>>,
  target: Target,
  signal: AbortSignal,
): Promise<Struck[]> {
  const start = Date.now();
  const runOne = async (planned: Planned): Promise<Struck[]> => {
    const strike = kinds[planned.kind] as Strike;
    await sleep(Math.max(0, start + planned.at * 1000 - Date.now()), undefined, { signal }).catch(() => {});
    if (signal.aborted) return [];
    const began = Date.now();
    target.say(`strike at ${planned.at} s for ${planned.seconds} s: ${nameOf(planned)}`);
    try {
      await strike.run(target, planned);
    } catch (cause) {
      throw new Error(`the strike ${nameOf(planned)} at ${planned.at} s went wrong: ${(cause as Error).message}`, {
        cause,
      });
    }
    return [{ planned, began, ended: Date.now() }];
  };
  return Promise.all(strikes.map(runOne)).then((all) => all.flat());
}

/** `broker-killed (broker 2)` */
export function nameOf({ kind, with: args }: Planned): string {
  const list = Object.entries(args).map(([name, value]) => `${name} ${value}`);
  return list.length === 0 ? kind : `${kind} (${list.join(', ')})`;
}
