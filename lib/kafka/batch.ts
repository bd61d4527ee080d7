import type { Deadline } from '../deadline.ts';
import type { PipelineError } from '../errors.ts';
import type { MskEvent } from './event.ts';
import { type KafkaRecord, type PartitionRecords, partitionsOf } from './records.ts';

/** The records of one MSK event. */
export interface Batch {
  /** The records of a partition are in offset order. */
  readonly partitions: readonly PartitionRecords[];
  /** "host:port,…" of the cluster that the event came from */
  readonly bootstrapServers: string;
  /** for the work; the dead letters and the handing back have more time after it */
  readonly deadline: Deadline;
}

/** A record that failed, and why. `error.retriable` decides what happens to it. */
export interface Failure {
  readonly record: KafkaRecord;
  readonly error: PipelineError;
}

/** Works on a batch. @returns the records that failed; the results of all others are durable */
export type BatchFunction = (batch: Batch) => Promise<readonly Failure[]>;

/** @throws TypeError where the event isn't an MSK event, or its offsets are out of order */
export function readBatch(event: MskEvent, deadline: Deadline): Batch {
  return { partitions: partitionsOf(event), bootstrapServers: event.bootstrapServers, deadline };
}

/** The number of a batch's records. */
export function countOf(batch: Pick<Batch, 'partitions'>): number {
  return batch.partitions.reduce((sum, { records }) => sum + records.length, 0);
}

export function recordsOf(batch: Pick<Batch, 'partitions'>): KafkaRecord[] {
  return ([] as KafkaRecord[]).concat(...batch.partitions.map(({ records }) => records));
}

/** `<topic>-<partition>`: Lambda's name for a partition in events and responses. */
export function partitionName({ topic, partition }: { topic: string; partition: number }): string {
  return `${topic}-${partition}`;
}
