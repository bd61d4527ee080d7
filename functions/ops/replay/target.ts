import type { Header } from '#lib/kafka/headers.ts';
import type { Content } from './digest.ts';

/** A record of the target. */
export interface TargetRecord extends Content {
  readonly offset: number;
}

/** A record to produce. */
export interface ReplayedRecord extends Content {
  readonly partition: number;
  readonly headers: readonly Header[];
}

/** The topic that a replay writes to. */
export interface Target {
  readonly topic: string;
  /** the first offset and the next offset of each partition */
  ranges(): Promise<ReadonlyMap<number, { readonly start: number; readonly end: number }>>;
  /** Reads a partition from an offset to before another one, which exists. `took` gets the records in order. */
  read(partition: number, from: number, to: number, took: (records: readonly TargetRecord[]) => void): Promise<void>;
  /**
   * Produces records to their partitions, each in order. Returns when all in-sync replicas have them.
   * @returns the offset of the first record of each partition
   * @throws Error; some records may be stored nevertheless
   */
  append(records: readonly ReplayedRecord[]): Promise<ReadonlyMap<number, number>>;
}
