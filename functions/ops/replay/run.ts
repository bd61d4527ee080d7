import { setTimeout as sleep } from 'node:timers/promises';
import type { Archive } from '../archive/store.ts';
import { type Plan, planReplay } from './plan.ts';
import { readBack } from './readback.ts';
import { type Progress, replay } from './replay.ts';
import type { Selection } from './selection.ts';
import { learnState, type State } from './state.ts';
import type { Target } from './target.ts';

export interface ReplayRun {
  readonly archive: Archive;
  readonly checkpoint: (id: string) => Promise<number>;
  readonly selection: Selection;
  readonly target: Target;
  readonly id: string;
  /** whether records of an outside topic may get new names in it */
  readonly asNew: boolean;
  readonly dryRun: boolean;
  readonly rate: number | undefined;
  readonly sliceMs: number | undefined;
  /** resolves when what reads the target has read it up to these ends; undefined if nothing has to */
  readonly reached: ((ends: ReadonlyMap<number, number>, signal: AbortSignal) => Promise<void>) | undefined;
  /** Gets the plan, with the times of the records that are left. @throws Error if these should not be produced */
  readonly check: (plan: Plan) => Promise<void>;
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

/** A request of a killed run may still be on its way to the log. */
const SETTLE_MS = 1_000;
const SAY_MS = 2_000;

/**
 * Replays: reads the archive once, learns from the target how far an earlier run came, produces the rest, and reads it
 * back.
 * @returns whether everything is in the target, as archived; false if paused
 * @throws Error if the archive has a fault, the target is not one for these records, or what is read back differs
 */
export async function runReplay(run: ReplayRun): Promise<boolean> {
  const { archive, checkpoint, selection, target, id, say, signal } = run;
  if ([...(await target.ranges()).values()].some(({ end }) => end > 0)) await sleep(SETTLE_MS);
  const ranges = await target.ranges();
  const marks = new Map([...ranges].map(([partition, { end }]) => [partition, end]));
  const plan = await planReplay(archive, selection, marks, checkpoint);
  const state = await learnState({ ...run, plan, ranges });
  for (const line of describe(run, plan, state)) say(line);
  const there = total(state.done);
  const left = there > 0 ? await planReplay(archive, selection, marks, checkpoint, state.done) : plan;
  if (there < plan.records) await run.check(left);
  if (run.dryRun) return true;

  const started = performance.now();
  const result = await replay({
    ...run,
    plan,
    state,
    onProgress: told(run, plan),
  });
  const seconds = (performance.now() - started) / 1000;
  if (!result.done || signal.aborted) {
    say(`paused: ${result.produced + result.before} of ${plan.records} records are there. The same command continues`);
    return false;
  }
  if (result.produced > 0)
    say(`produced ${result.produced} records in ${seconds.toFixed(1)} s: ${Math.round(result.produced / seconds)}/s`);
  const differences = await readBack(target, result, { mode: state.mode, id });
  if (differences.length > 0) throw new Error(differences.join('; '));
  say(`read back: ${plan.records} records, each with its bytes, key, headers and timestamp, in order`);
  return true;
}

const total = (counts: ReadonlyMap<number, number>) => [...counts.values()].reduce((sum, count) => sum + count, 0);

function describe({ selection, target, id, dryRun }: ReplayRun, plan: Plan, { mode, done }: State): string[] {
  const time = (ms: number | undefined) => (ms === undefined ? 'no time' : new Date(ms).toISOString());
  const what = `${plan.records} records of ${selection.topic}, from ${time(plan.oldest)} to ${time(plan.newest)}`;
  const how =
    mode === 'fill'
      ? `${target.topic} has no other records: they are produced as they are`
      : `${target.topic} has other records: each gets the headers origin and replay (id ${id})`;
  const there = total(done);
  return [
    dryRun ? `would replay ${what}` : `replaying ${what}`,
    ...[...plan.partitions].map(
      ([partition, { records, first, last }]) =>
        `  partition ${partition}: ${records} records, offsets ${first.offset} to ${last.offset}`,
    ),
    how,
    ...(there > 0 ? [`${there} of them are there already`] : []),
  ];
}

/** Says every two seconds how far it is. */
function told({ say }: ReplayRun, { records }: Plan) {
  const started = performance.now();
  let next = started + SAY_MS;
  return ({ produced, before }: Progress) => {
    const now = performance.now();
    if (now < next) return;
    next = now + SAY_MS;
    const rate = Math.round(produced / ((now - started) / 1000));
    say(`${produced + before} of ${records} records (${rate}/s)`);
  };
}
