import {
  type Domain,
  POLLER_BYTES,
  type Running,
  runningAt,
  type Settings,
  type Stage,
  withSettings,
} from './domain.ts';
import { BROKER_MB, type Load, loadsOf, type StageLimits } from './limits.ts';

/** Settings for three rates. What isn't named is as in the template. */
export const SETTINGS: readonly { rate: number; settings: Settings }[] = [
  { rate: 10, settings: { windowSeconds: 10 } },
  { rate: 1_000, settings: {} },
  { rate: 100_000, settings: { memoryMb: 1_769 } },
];

/** Pollers in a unit, and what a unit reads (Lambda guide, "Apache Kafka event poller scaling modes"). */
const UNIT_POLLERS = 10;
const UNIT_BYTES = 4 * POLLER_BYTES;
/** Settings are for twice the rate. */
const HEADROOM = 2;

/**
 * The rate at which a domain breaks first as deployed, and what. Bisects, because not every load is in proportion to
 * the rate; none shrinks when the rate grows.
 */
export function breaksAt(stage: Stage, domain: Domain, limits: StageLimits): { rate: number; name: string } {
  const worst = (rate: number) => loadsOf(runningAt(stage, domain, rate, false), limits)[0];
  let [holds, breaks] = [1, 1e9];
  while (breaks / holds > 1.001) {
    const rate = Math.sqrt(holds * breaks);
    const { used = 0, limit = 1 } = worst(rate) ?? {};
    if (used < limit) holds = rate;
    else breaks = rate;
  }
  return { rate: breaks, name: worst(breaks)?.name ?? '' };
}

/** What a domain needs at a rate. */
export interface Plan {
  partitions: Record<string, number>;
  pollers: number;
  pollerUnits: number;
  databaseConcurrency: number;
  /** kafka.m7g.large, a multiple of three zones */
  brokers: number;
  atOnce: number;
  running: Running[];
  /** What breaks next with these settings. */
  loads: Load[];
}

export function planOf(stage: Stage, domain: Domain, rate: number, limits: StageLimits, settings: Settings): Plan {
  const running = runningAt(withSettings(stage, settings), domain, rate, true);
  const sum = (value: (each: Running) => number) => running.reduce((total, each) => total + value(each), 0);
  const pollers = sum((each) => each.pollers);
  const inserts = running.filter(({ mapping }) => mapping.function === 'insertIntoRds');
  const statements = inserts.reduce((total, { batches }) => total + batches.concurrency, 0);
  const archived = running.filter(({ mapping }) => mapping.function === 'archiveToS3');
  const mb = archived.reduce((total, { bytesPerSecond }) => total + bytesPerSecond / 1e6, 0);
  const plan = {
    databaseConcurrency: Math.max(limits.databaseConcurrency ?? 1, Math.ceil(HEADROOM * statements)),
    brokers: Math.max(limits.brokers, Math.ceil((HEADROOM * mb) / BROKER_MB / 3) * 3),
  };
  const pollerUnits = Math.ceil(Math.max(pollers / UNIT_POLLERS, sum((each) => each.bytesPerSecond) / UNIT_BYTES));
  return {
    ...plan,
    partitions: Object.fromEntries(running.map(({ mapping }) => [mapping.topic, mapping.partitions])),
    pollers,
    pollerUnits,
    atOnce: sum((each) => each.batches.concurrency),
    running,
    loads: loadsOf(running, { ...limits, ...plan }),
  };
}
