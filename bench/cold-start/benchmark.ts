import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deploy } from '#local/deploy/deploy.ts';
import { type Progress, streamProgress } from '#local/servers/progress.ts';
import { startStack } from '#local/stack.ts';
import type { Benchmark, Figure, Measured } from '../benchmark.ts';
import { ownProcess } from '../own-process.ts';
import { packageService } from '../packaged.ts';
import { LONGEST_IMPORT_MS } from './bounds.ts';
import { type Startable, startables } from './functions.ts';
import type { Started, StartRequest } from './start.cjs';

const ROUNDS = 11;
const START = join(import.meta.dirname, 'start.cjs');
/** Optional functions that the benchmark measures too. */
const PARAMS = ['notifications=on'];

interface Round {
  bare: Started;
  own: Started;
}

/** Starts each function's bundle, and a handler without any code, in processes of their own that alternate. */
export const coldStart: Benchmark = {
  what: "starts each function's bundle: its size, its import, its first batch; compared with an empty handler",
  async run(scale, signal) {
    const folder = await mkdtemp(join(tmpdir(), 'bench-cold-start-'));
    try {
      return await measureIn(folder, Math.max(1, Math.round(ROUNDS * scale)), signal);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function measureIn(folder: string, rounds: number, signal: AbortSignal): Promise<Measured> {
  const progress = streamProgress(process.stderr);
  const packaged = await packageService(folder, { params: PARAMS, signal });
  const stack = await startStack({ stage: 'local', root: folder, search: true, progress, signal });
  try {
    const functions = startables(packaged, await deploy(packaged.template, 'bench', stack.endpoints), stack.endpoints);
    await prepare(functions, signal);
    const bare = join(folder, 'bare.cjs');
    await writeFile(bare, 'exports.handler = async () => {};\n');
    const measured = await alternate({ functions, bare, rounds, progress, signal });
    return {
      figures: [...measured].flatMap(([each, own]) => figuresOf(each, own)),
      wrong: [...measured].flatMap(([{ name }, own]) => wrongOf(name, own)),
    };
  } finally {
    await stack.stop();
  }
}

/** Creates what the samples need in the stores. */
async function prepare(functions: readonly Startable[], signal: AbortSignal): Promise<void> {
  for (const name of ['migrate', 'seedCatalogue', 'prepareSearch']) {
    const found = functions.find((each) => each.name === name);
    if (found !== undefined) await start({ ...found, event: {} }, signal);
  }
}

function start(startable: Omit<Startable, 'size' | 'event'> & { event: object | undefined }, signal: AbortSignal) {
  const { bundle, event, name, env } = startable;
  return ownProcess<StartRequest, Started>(START, { bundle, event, functionName: name }, { env, signal });
}

interface Series {
  functions: readonly Startable[];
  /** path of the handler without any code */
  bare: string;
  rounds: number;
  progress: Progress;
  signal: AbortSignal;
}

async function alternate({ functions, bare, rounds, progress, signal }: Series): Promise<Map<Startable, Round[]>> {
  const measured = new Map<Startable, Round[]>(functions.map((each) => [each, []]));
  // The first round only warms up the machine's file cache.
  for (let round = 0; round <= rounds; round += 1) {
    for (const [each, own] of measured) {
      progress.update(`round ${round} of ${rounds}: ${each.name}`);
      const one = { bare: await start({ ...each, bundle: bare }, signal), own: await start(each, signal) };
      if (round > 0) own.push(one);
    }
  }
  return measured;
}

function figuresOf({ name, event, size }: Startable, rounds: readonly Round[]): Figure[] {
  const of = (unit: string, value: (round: Round) => number, bound?: number): Figure => {
    const figure: Figure = { name, unit, better: 'lower', rounds: rounds.map(value) };
    return bound === undefined ? figure : { ...figure, bound };
  };
  return [
    of('KB', () => size.kilobytes, size.largest),
    of('ms to import', ({ own, bare }) => own.loaded - bare.loaded, LONGEST_IMPORT_MS),
    ...(event === undefined
      ? []
      : [of('ms to the first batch', ({ own, bare }) => (own.handled ?? Number.NaN) - (bare.handled ?? Number.NaN))]),
  ];
}

/** A first batch must be handled, or its time means nothing. */
function wrongOf(name: string, rounds: readonly Round[]): string[] {
  const handedBack = rounds.some(({ own }) => (own.response?.batchItemFailures ?? []).length > 0);
  return handedBack ? [`${name} handed records of its first batch back`] : [];
}
