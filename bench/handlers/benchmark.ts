import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { streamProgress } from '#local/servers/progress.ts';
import type { Benchmark, Figure } from '../benchmark.ts';
import { withBroker } from './broker.ts';
import { bundle } from './bundles.ts';
import { type Contestant, ENTRIES } from './contestants.ts';
import { type Laboratory, laboratoryIn } from './measure.ts';
import { type Case, COMPARED, MEMORY, OTHERS } from './plan.ts';

const ROUNDS = 5;
const COMPARED_WITH = {
  bareLoop: 'of the bare loop',
  powertoolsReadings: "of Powertools' consumer",
} as const satisfies Partial<Record<Contestant, string>>;
/** Least shares of the others' throughput. */
const LEAST: Readonly<Record<string, Partial<Record<keyof typeof COMPARED_WITH, number>>>> = {
  'batches of 100': { powertoolsReadings: 1 },
  'batches of 1,000': { bareLoop: 0.4, powertoolsReadings: 1.5 },
  'batches of 10,000': { bareLoop: 0.4, powertoolsReadings: 1.5 },
};
/** Cost of a record in batches of 10,000, as a share of its cost in batches of 100. */
const MOST_GROWTH = 1.2;
const MOST_MEGABYTES = 256;

/** The functions between two topics, without kafkajs's encoding and without stores: what a record costs. */
export const handlers: Benchmark = {
  what: "what a record costs in a function; compared with a bare loop, Powertools' consumer, the requirements' handler",
  async run(scale, signal) {
    const folder = await mkdtemp(join(tmpdir(), 'bench-handlers-'));
    const progress = streamProgress(process.stderr);
    try {
      const modules = await bundle(ENTRIES, join(folder, 'bundles'));
      const laboratory = laboratoryIn(folder, modules, scale, signal);
      const rounds = Math.max(1, Math.round(ROUNDS * scale));
      const compared = Object.entries(COMPARED).flatMap(([name, workload]) =>
        (['processTelemetry', 'bareLoop', 'powertoolsReadings'] as const).map(
          (contestant): Case => ({ name: `${contestant}, ${name}`, contestant, workload }),
        ),
      );
      const costs = new Map<string, number[]>();
      for (let round = 1; round <= rounds; round += 1) {
        for (const own of [...compared, ...OTHERS]) {
          const { cpu } = await laboratory.measure(own);
          costs.set(own.name, [...(costs.get(own.name) ?? []), cpu]);
        }
        progress.line(`round ${round} of ${rounds} done`);
      }
      const figures = [...comparisons(costs), ...others(costs), ...(await memory(laboratory, rounds))];
      const { processTelemetry, runner } = ENTRIES;
      const deployed = await bundle({ processTelemetry, runner }, join(folder, 'deployed'), true);
      const ours = laboratoryIn(folder, { ...modules, ...deployed }, scale, signal);
      figures.push(...(await withBroker({ ours, theirs: laboratory }, folder, progress, signal)));
      return { figures, wrong: [...laboratory.wrong, ...ours.wrong] };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

type Costs = ReadonlyMap<string, number[]>;

const cost = (name: string, rounds: number[]): Figure => ({
  name,
  unit: 'µs of CPU a record',
  better: 'lower',
  rounds,
});

/** How many times as much as ours the other costs, round by round. */
const shares = (other: readonly number[] = [], ours: readonly number[] = []): number[] =>
  other.map((value, round) => value / (ours[round] ?? Number.NaN));

function comparisons(costs: Costs): Figure[] {
  const figures = Object.keys(COMPARED).flatMap((load): Figure[] => {
    const name = `processTelemetry, ${load}`;
    const ours = costs.get(name) ?? [];
    const ratios = Object.entries(COMPARED_WITH).map(([other, unit]): Figure => {
      const bound = LEAST[load]?.[other as keyof typeof COMPARED_WITH];
      const rounds = shares(costs.get(`${other}, ${load}`), ours);
      return { name, unit, better: 'higher', rounds, ...(bound !== undefined && { bound }) };
    });
    return [cost(name, ours), ...ratios];
  });
  const growth = shares(
    costs.get('processTelemetry, batches of 10,000'),
    costs.get('processTelemetry, batches of 100'),
  );
  const unit = 'of its cost in batches of 100';
  const name = 'a record in batches of 10,000';
  return [...figures, { name, unit, better: 'lower', rounds: growth, bound: MOST_GROWTH }];
}

function others(costs: Costs): Figure[] {
  const orders = costs.get('processOrder');
  return [
    ...OTHERS.map(({ name }) => cost(name, costs.get(name) ?? [])),
    ...Object.entries({ 'bare loop, orders': 'of the bare loop', 'Powertools, orders': "of Powertools' consumer" }).map(
      ([other, unit]): Figure => ({
        name: 'processOrder',
        unit,
        better: 'higher',
        rounds: shares(costs.get(other), orders),
      }),
    ),
  ];
}

async function memory(laboratory: Laboratory, rounds: number): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const own of MEMORY) {
    const measured: number[] = [];
    for (let round = 0; round < rounds; round += 1) measured.push((await laboratory.measure(own)).megabytes);
    figures.push({ name: own.name, unit: 'MB at most', better: 'lower', rounds: measured, bound: MOST_MEGABYTES });
  }
  return figures;
}
