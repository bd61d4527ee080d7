import { setTimeout as sleep } from 'node:timers/promises';
import type { ArchivedRecord } from '../../sinks/s3/line.ts';
import type { Archive } from '../archive/store.ts';
import { withAddedHeaders } from './added-headers.ts';
import { Digest } from './digest.ts';
import type { Plan } from './plan.ts';
import { rounds } from './rounds.ts';
import type { Selection } from './selection.ts';
import { openSource } from './source.ts';
import type { State } from './state.ts';
import type { ReplayedRecord, Target } from './target.ts';

export interface ReplayOptions {
  readonly archive: Archive;
  readonly selection: Selection;
  readonly plan: Plan;
  readonly state: State;
  readonly target: Target;
  readonly id: string;
  /** records per second at most */
  readonly rate?: number | undefined;
  /** Before each slice of this many ms of the records' time, `reached` must resolve. */
  readonly sliceMs?: number | undefined;
  /** Resolves when what reads the target has read it up to these ends. */
  readonly reached?: ((ends: ReadonlyMap<number, number>, signal: AbortSignal) => Promise<void>) | undefined;
  /** records that are produced together, at most */
  readonly roundRecords?: number;
  /** ends the replay between two rounds */
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  /** records produced by this run, and those that were there before */
  readonly produced: number;
  readonly before: number;
}

export interface Replayed extends Progress {
  /** false: paused */
  readonly done: boolean;
  /** of all selected records, by partition; complete if the replay is done */
  readonly digests: ReadonlyMap<number, Digest>;
  /** the offset of the replay's first record, by partition */
  readonly begins: ReadonlyMap<number, number>;
}

const ROUND_RECORDS = 6_000;
/** Below every topic's max.message.bytes, which counts a partition's batch. */
const PARTITION_BYTES = 900_000;
/** A slow rate has rounds of this many ms. */
const PACE_MS = 100;

/**
 * Produces the selected records that aren't in the target yet, in rounds. The next round waits for the acknowledgement
 * of the one before, so that after a kill each partition has a prefix of its records.
 */
export async function replay(options: ReplayOptions): Promise<Replayed> {
  const { archive, selection, state, target, rate, sliceMs, reached, signal, onProgress } = options;
  const skip = new Map(state.done);
  const ends = new Map(state.ends);
  const begins = new Map(state.begins);
  const digests = new Map<number, Digest>();
  let [produced, before] = [0, 0];
  // Kept until a round is produced: the run before this one may have ended within a slice.
  let wait = false;
  const started = performance.now();

  /** Leaves out what is in the target. */
  const missing = (records: readonly ArchivedRecord[]) =>
    records.filter((record) => {
      const { partition } = record;
      const digest = digests.get(partition) ?? new Digest();
      digests.set(partition, digest);
      digest.add(record);
      const left = skip.get(partition) ?? 0;
      if (left === 0) return true;
      skip.set(partition, left - 1);
      before += 1;
      return false;
    });

  const most = options.roundRecords ?? ROUND_RECORDS;
  const limits = {
    records: rate === undefined ? most : Math.max(1, Math.min(most, (rate * PACE_MS) / 1000)),
    bytes: PARTITION_BYTES,
    sliceMs: reached && sliceMs,
  };
  for await (const { records, newSlice } of rounds(await openSource(archive, selection), limits)) {
    if (signal.aborted) return { done: false, produced, before, digests, begins };
    const round = missing(records);
    wait ||= newSlice;
    if (round.length === 0) continue;
    try {
      if (wait) await reached?.(ends, signal);
      wait = false;
      if (rate !== undefined)
        await sleep(Math.max(0, (produced / rate) * 1000 - (performance.now() - started)), undefined, { signal });
    } catch (error) {
      if (signal.aborted) return { done: false, produced, before, digests, begins };
      throw error;
    }
    const bases = await target.append(round.map((record) => asReplayed(record, options)));
    for (const [partition, base] of bases) {
      const count = round.filter((record) => record.partition === partition).length;
      if (state.mode === 'fill' && base !== (ends.get(partition) ?? 0)) {
        throw new Error(
          `${target.topic}-${partition}: somebody else writes to this topic too. Its offset ${ends.get(partition)} should be the replay's`,
        );
      }
      if (!begins.has(partition)) begins.set(partition, base);
      ends.set(partition, base + count);
    }
    produced += round.length;
    onProgress?.({ produced, before });
  }
  return { done: true, produced, before, digests, begins };
}

function asReplayed(record: ArchivedRecord, { state, id }: ReplayOptions): ReplayedRecord {
  if (state.mode === 'fill') return record;
  return { ...record, headers: withAddedHeaders(record, id) };
}
