import { mskEvent } from '#msk';
import type { LagSample } from '#proof/chaos/facts.ts';
import { functionProcesses } from '#proof/chaos/function-processes.ts';
import type { Proxies } from '#proof/chaos/proxy/proxies.ts';
import { runSchedule } from '#proof/chaos/run-schedule.ts';
import type { Schedule } from '#proof/chaos/schedule.ts';
import type { Target } from '#proof/chaos/strike.ts';
import { STRIKES } from '#proof/chaos/strikes.ts';
import type { DomainName } from '#proof/domains.ts';
import type { LogRecord } from '#proof/world.ts';
import type { LoadControls } from './domains.ts';
import type { Chaos, Running } from './running.ts';
import { lagSum } from './screen.ts';

/** ms between two looks at the lag: the mappings tell it once a second. */
const LOOK_MS = 1_000;

/** @param rate records that all generators send each second */
export function chaosOf(schedule: Schedule, proxies: Proxies, rate: number, controls: LoadControls): Chaos {
  return {
    proxies,
    strike(running, signal) {
      const lags: LagSample[] = [];
      const look = () => lags.push({ at: Date.now(), lag: lagSum(running.view.mappings()) });
      look();
      const timer = setInterval(look, LOOK_MS);
      const strikes = runSchedule(schedule, STRIKES, targetOf(running, schedule, proxies, controls), signal);
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

function targetOf(running: Running, { brokers }: Schedule, proxies: Proxies, controls: LoadControls): Target {
  const { stack, runner, view, deployed, seen } = running;
  const cluster = String(deployed.references['MskCluster']?.['Arn']);
  return {
    brokers,
    kafka: stack.endpoints.kafka,
    server: stack.server,
    mayEnd: (name) => stack.mayEnd.add(name),
    proxies,
    runner: runner.pid,
    functions: () => functionProcesses(runner.pid),
    mappings: () => view.mappings(),
    invoke: (name, records) => runner.invoke(name, mskEvent(cluster, seen.kafka, partitionsOf(records))),
    setBad(domain, share) {
      if (share === undefined) delete controls.bad[domain as DomainName];
      else controls.bad[domain as DomainName] = share;
    },
    setSkew(ms) {
      controls.skewMs = ms;
    },
    say: (line) => view.say(line),
  };
}

/** The records as an event has them, by partition. */
function partitionsOf(records: readonly LogRecord[]) {
  const byPartition = Map.groupBy(records, ({ topic, partition }) => `${topic}-${partition}`);
  return [...byPartition.values()].map((own) => {
    const [{ topic, partition }] = own as [LogRecord];
    return { topic, partition, records: own.map((record) => ({ ...record, headers: headersOf(record) })) };
  });
}

const headersOf = ({ headers }: LogRecord) =>
  [...headers].flatMap(([name, values]) => values.map((value) => ({ name, value })));
