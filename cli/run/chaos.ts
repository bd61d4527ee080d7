import type { ChaosFacts, LagSample } from '#proof/chaos/facts.ts';
import { functionProcesses } from '#proof/chaos/function-processes.ts';
import type { Proxies } from '#proof/chaos/proxy/proxies.ts';
import { runSchedule } from '#proof/chaos/run-schedule.ts';
import type { Schedule } from '#proof/chaos/schedule.ts';
import type { Target } from '#proof/chaos/strike.ts';
import { STRIKES } from '#proof/chaos/strikes.ts';
import type { Running } from './running.ts';
import { lagSum } from './screen.ts';

/** ms between two looks at the lag: the mappings tell it once a second. */
const LOOK_MS = 1_000;

/** The failures of a run. */
export interface Chaos {
  proxies: Proxies;
  /** Begins the schedule. Call it when the load runs. */
  strike(running: Running, signal: AbortSignal): Striking;
}

export interface Striking {
  /** Rejects when a strike can't be made or undone. Never resolves. */
  failed: Promise<never>;
  /** Waits for the last strike. Call it after the drain. @returns what happened */
  end(): Promise<ChaosFacts>;
}

/** @param rate records that all generators send each second */
export function chaosOf(schedule: Schedule, proxies: Proxies, rate: number): Chaos {
  return {
    proxies,
    strike(running, signal) {
      const lags: LagSample[] = [];
      const look = () => lags.push({ at: Date.now(), lag: lagSum(running.view.mappings()) });
      look();
      const timer = setInterval(look, LOOK_MS);
      const strikes = runSchedule(schedule, STRIKES, targetOf(running, schedule, proxies), signal);
      const failed = strikes.then(() => new Promise<never>(() => {}));
      failed.catch(() => {});
      return {
        failed,
        async end() {
          const struck = await strikes;
          clearInterval(timer);
          return { struck, lags, rate };
        },
      };
    },
  };
}

function targetOf({ stack, runner, view }: Running, { brokers }: Schedule, proxies: Proxies): Target {
  return {
    brokers,
    kafka: stack.endpoints.kafka,
    server: stack.server,
    mayEnd: (name) => stack.mayEnd.add(name),
    proxies,
    runner: runner.pid,
    functions: () => functionProcesses(runner.pid),
    say: view.say,
  };
}
