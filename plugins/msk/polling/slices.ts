import type { PartitionQueue } from '../consumer/partition-queue.ts';
import type { KafkaRecord } from '../consumer/record.ts';
import type { BatchPart } from './response.ts';

/** One partition's records in a batch. */
export interface Slice {
  queue: PartitionQueue;
  /** The queue's ownership when the records were taken. */
  ownership: number;
  records: KafkaRecord[];
  /** Failed invocations of the first record that count as retries. A split sets it to 0. */
  failures: number;
  /** All failed invocations of the first record. */
  invocations: number;
  /** Offsets of records of this slice that were discarded and are not reported as done yet. */
  discarded: readonly number[];
  /** After a split within a partition: the first offset of the second half. Only the first half has it. */
  followedBy?: number;
}

export function partsOf(slices: readonly Slice[]): BatchPart[] {
  return slices.map(({ queue, records }) => ({
    topic: queue.topic,
    partition: queue.partition,
    firstOffset: records[0]?.offset ?? 0,
    lastOffset: records.at(-1)?.offset ?? 0,
    has: offsetsOf(records),
  }));
}

/** Creates the set on first use: most batches don't need it. */
function offsetsOf(records: readonly KafkaRecord[]): (offset: number) => boolean {
  let offsets: Set<number> | undefined;
  return (offset) => {
    offsets ??= new Set(records.map((record) => record.offset));
    return offsets.has(offset);
  };
}

export function count(slices: readonly Slice[]): number {
  return slices.reduce((sum, { records }) => sum + records.length, 0);
}

/** The slices' offsets for a log line: `orders-0 15..20, orders-1 7..7`. */
export function coordinates(slices: readonly Slice[]): string {
  return partsOf(slices)
    .map(({ topic, partition, firstOffset, lastOffset }) => `${topic}-${partition} ${firstOffset}..${lastOffset}`)
    .join(', ');
}

/**
 * Splits a batch in two halves. A batch of several partitions is split between partitions, so that the halves can run
 * concurrently. A batch of one partition is split between records. One record may be left, if the other partitions were
 * revoked after the batch had failed: it is the first half, and the second one is empty.
 */
export function halves(slices: readonly Slice[]): { first: Slice[]; second: Slice[]; sideBySide: boolean } {
  const [only, ...others] = slices;
  const middle = Math.ceil(slices.length / 2);
  if (!only || others.length > 0)
    return { first: slices.slice(0, middle), second: slices.slice(middle), sideBySide: true };
  const half = Math.ceil(only.records.length / 2);
  const [before, after] = [only.records.slice(0, half), only.records.slice(half)];
  if (after[0] === undefined) return { first: [only], second: [], sideBySide: false };
  const followedBy = after[0].offset;
  const isBefore = (offset: number) => offset < followedBy;
  const first = { ...only, records: before, discarded: only.discarded.filter(isBefore), followedBy };
  const second = { ...only, records: after, discarded: only.discarded.filter((offset) => !isBefore(offset)) };
  return { first: [first], second: [second], sideBySide: false };
}
