import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Benchmark, Figure, Measured } from '../benchmark.ts';
import { ownProcess } from '../own-process.ts';
import { bundled } from './bundle.ts';
import { CASES, type Case } from './cases.ts';
import { environment } from './environment.ts';
import { besideConnect } from './jdbc.ts';
import type { Cost, Load } from './load.ts';
import { startStores } from './stores.ts';

const ROUNDS = 3;
const BATCHES = 2;
/** upsertIntoDynamodb's and insertIntoRds' `batchSize`. */
const OURS = { batch: 5_000, warmUp: 4 };
/** It needs no more to be warm. */
const PLAIN = { batch: 1_000, warmUp: 1 };
/** Of a call a record: 15 records a call. */
const MOST_CALLS = 1 / 15;

/** For a record, or for an item if a record has several. */
interface Round {
  /** ms of CPU */
  cpu: number;
  calls: number;
}

/**
 * CPU time and calls of the packaged sinks. A stand-in answers at the stores' HTTP edge, because real stores would only
 * add waiting: their own speed isn't measured here, and test/integration shows that the sinks are right on them. Only
 * the comparison with Kafka Connect has a real store, PostgreSQL.
 */
export const sinks: Benchmark = {
  what: 'CPU and calls a record of the sinks, compared with a loop of the SDK that writes each record by itself',
  async run(scale, signal) {
    const folder = await mkdtemp(join(tmpdir(), 'bench-sinks-'));
    try {
      const names = [...new Set(CASES.map(({ sink }) => sink))];
      const modules = await bundled(
        Object.fromEntries(names.map((sink) => [sink, `functions/sinks/${sink}.ts`])) as Record<Case['sink'], string>,
        folder,
      );
      const measured: Measured = { figures: [], wrong: [] };
      for (const one of CASES) {
        const { figures, wrong } = await measure(one, modules[one.sink], scale, signal);
        measured.figures.push(...figures);
        measured.wrong.push(...wrong);
      }
      const { figures, wrong } = await besideConnect(modules.insertIntoRds, folder, scale, signal);
      return { figures: [...measured.figures, ...figures], wrong: [...measured.wrong, ...wrong] };
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

async function measure(one: Case, module: string, scale: number, signal: AbortSignal): Promise<Measured> {
  const { name, stored = true, writes = 1, bound } = one;
  await using stores = await startStores(stored);
  const batches = Math.max(1, Math.round(BATCHES * scale));
  const wrong: string[] = [];
  const run = async (load: Omit<Load, 'name' | 'batches'>): Promise<Round> => {
    const { batch, warmUp } = load;
    const { cpuMs } = await ownProcess<Load, Cost>(
      join(import.meta.dirname, 'feed.ts'),
      { ...load, name, batches },
      {
        env: { ...process.env, ...environment(stores.endpoint) },
        signal,
      },
    );
    const { calls, written } = stores.received();
    const each = load.module === undefined ? 1 : writes;
    const expected = batch * (batches + warmUp) * each;
    if (written !== expected) wrong.push(`${name}: the store has received ${written} of ${expected}`);
    return { cpu: cpuMs / (batch * batches * each), calls: calls / expected };
  };

  const ours: Round[] = [];
  const plain: Round[] = [];
  for (let round = 0; round < Math.max(1, ROUNDS * scale); round += 1) {
    ours.push(await run({ ...OURS, module }));
    plain.push(await run(PLAIN));
  }
  const each = writes === 1 ? 'a record' : 'an item';
  const cpu = { unit: `ms of CPU ${each}`, better: 'lower' } as const;
  const calls = ours.map((round) => round.calls);
  const figures: Figure[] = [
    { ...cpu, name, rounds: ours.map((round) => round.cpu), ...(bound && { bound }) },
    { ...cpu, name: `${name}: a call for each`, rounds: plain.map((round) => round.cpu) },
    { name, unit: `calls ${each}`, better: 'lower', rounds: calls, ...(bound && { bound: MOST_CALLS }) },
  ];
  return { figures, wrong };
}
