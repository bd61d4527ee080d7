import type { PartitionLog } from '../../sinks/s3/object.ts';

/** What the key of an archive object says (functions/sinks/s3/object.ts). */
export interface ArchiveKey {
  readonly key: string;
  readonly topic: string;
  /** 0 at first, and 1 more each time that the topic is created again */
  readonly epoch: number;
  readonly partition: number;
  /** the offset up to which the log was archived before this object */
  readonly checkpoint: number;
  /** day and hour of the first record, as in the key: `dt=2026-01-01/hour=00` */
  readonly hour: string;
}

const KEY =
  /^([^/]+)(?:\/epoch=([1-9]\d*))?\/(dt=(?:\d{4}-\d\d-\d\d|unknown)\/hour=(?:\d\d|unknown))\/(\d+)-(\d{20})\.ndjson\.gz$/;

/** The parts of a key; undefined if the archive makes no such key. */
export function parseKey(key: string): ArchiveKey | undefined {
  const [, topic = '', epoch = '0', hour = '', partition, checkpoint] = KEY.exec(key) ?? [];
  if (topic === '') return undefined;
  return { key, topic, epoch: Number(epoch), hour, partition: Number(partition), checkpoint: Number(checkpoint) };
}

/** The objects of each partition, in the order of their checkpoints. */
export function byPartition(keys: readonly ArchiveKey[]): Map<number, ArchiveKey[]> {
  const sorted = keys.toSorted(
    (a, b) => a.partition - b.partition || a.checkpoint - b.checkpoint || (a.key < b.key ? -1 : 1),
  );
  return Map.groupBy(sorted, ({ partition }) => partition);
}

/** How messages name an object that isn't there: its day and hour are unknown. */
export function missingKey({ topic, epoch, partition }: PartitionLog, checkpoint: number): string {
  const life = epoch === 0 ? '' : `/epoch=${epoch}`;
  return `${topic}${life}/dt=…/hour=…/${partition}-${String(checkpoint).padStart(20, '0')}.ndjson.gz`;
}
