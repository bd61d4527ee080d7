import type { Benchmark, Figure } from '../benchmark.ts';
import { type ReportedRun, reportedRun } from './start.ts';

/** A load of the fleet whose latencies are measured, with what it must reach. */
interface Load {
  rate: number;
  args: string;
  /** ms until an alert can be read, and records that wait. */
  bounds?: { alertP50?: number; alertP99: number; lag: number };
}

const LOADS: readonly Load[] = [
  { rate: 50, args: '--vehicles 50 --rate 50' },
  { rate: 1_000, args: '--vehicles 200 --rate 1000', bounds: { alertP50: 60, alertP99: 500, lag: 5_000 } },
  {
    rate: 3_000,
    args: '--vehicles 1000 --rate 3000 --param search=none',
    bounds: { alertP99: 1_000, lag: 15_000 },
  },
];

const SECONDS = 60;
const LEAST_SECONDS = 20;
const ROUNDS = 3;
/** ms of CPU time for each reading, in the process that generates the load and watches for the report. */
const GENERATOR_MS = 0.1;

/** Runs the whole pipeline with `npm start`, and measures what a reading costs and how long it takes. */
export const endToEnd: Benchmark = {
  what: 'runs npm start with readings at 3 rates: latency, lag, and CPU time by part',
  async run(scale, signal) {
    const seconds = Math.max(LEAST_SECONDS, Math.round(SECONDS * Math.min(scale, 1)));
    const runs = new Map<Load, ReportedRun[]>(LOADS.map((load) => [load, []]));
    for (let round = 0; round < Math.max(1, Math.round(ROUNDS * scale)); round += 1) {
      for (const load of LOADS) {
        const args = ['--only', 'fleet', '--duration', String(seconds), ...load.args.split(' ')];
        runs.get(load)?.push(await reportedRun(args, signal));
      }
    }
    return { figures: [...runs].flatMap(([load, own]) => figuresOf(load, own)), wrong: [] };
  },
};

function figuresOf({ rate, bounds }: Load, runs: readonly ReportedRun[]): Figure[] {
  const at = `at ${rate.toLocaleString('en-US')}/s`;
  const figure = (name: string, unit: string, rounds: number[], bound?: number): Figure => ({
    name: `${name} ${at}`,
    unit,
    better: 'lower',
    rounds,
    ...(bound !== undefined && { bound }),
  });
  const latencies = runs.map(({ report }) => report.latencyMs);
  const places = Object.keys(latencies[0] ?? {}) as (keyof (typeof latencies)[number])[];
  const parts = Object.keys(runs[0]?.cpu ?? {}).filter((part) => perRecord(runs[0] as ReportedRun, part) >= 0.001);
  return [
    ...places.flatMap((place) => [
      figure(
        `produced to ${place}, p50`,
        'ms',
        latencies.map((found) => found[place]?.p50 ?? Number.NaN),
        place === 'alert' ? bounds?.alertP50 : undefined,
      ),
      figure(
        `produced to ${place}, p99`,
        'ms',
        latencies.map((found) => found[place]?.p99 ?? Number.NaN),
        place === 'alert' ? bounds?.alertP99 : undefined,
      ),
    ]),
    figure(
      'most lag',
      'records',
      runs.map(({ report }) => report.lag.max),
      bounds?.lag,
    ),
    ...parts.map((part) =>
      figure(
        `CPU of ${part}`,
        'ms a record',
        runs.map((run) => perRecord(run, part)),
        // At a low rate, what it does once a second counts more than the readings.
        part === 'generator' && bounds ? GENERATOR_MS : undefined,
      ),
    ),
  ];
}

function perRecord({ cpu, report }: ReportedRun, part: string): number {
  return (cpu[part] ?? 0) / report.domains.fleet.acknowledged;
}
