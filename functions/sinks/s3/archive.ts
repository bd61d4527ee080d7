import type { Deadline } from '#lib/deadline.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import type { ImmutableObjects } from '#lib/stores/objects.ts';
import { archiveObject, checkpointId, extentOf, objectKey, type PartitionLog } from './object.ts';
import { StandstillError } from './standstill.ts';

/** How far a log is archived. */
export interface Checkpoint {
  /** every record below this offset is in an object, or never existed */
  readonly next: number;
  /** the latest Kafka timestamp below `next`, in ms; -Infinity where there is none */
  readonly timestamp: number;
  /** the key of the object that starts at `next`, once a worker has claimed it */
  readonly pending?: string;
}

export const NOTHING_ARCHIVED: Checkpoint = { next: 0, timestamp: Number.NEGATIVE_INFINITY };

/**
 * The store of checkpoints. Its writes are conditional: where the condition is false, nothing is written. Each call
 * returns the checkpoint as it is after the call, no matter which worker wrote it.
 */
export interface Checkpoints {
  /** A consistent read; {@link NOTHING_ARCHIVED} where there is no checkpoint. */
  read(id: string, deadline: Deadline): Promise<Checkpoint>;
  /** Sets `pending` to the key, if `next` is `from.next` and nothing is pending. */
  claim(id: string, from: Checkpoint, key: string, deadline: Deadline): Promise<Checkpoint>;
  /** Sets `next` and `timestamp` and clears `pending`, if `next` is `from.next`. */
  advance(id: string, from: Checkpoint, to: Checkpoint, deadline: Deadline): Promise<Checkpoint>;
}

export interface ArchiveStores {
  readonly checkpoints: Checkpoints;
  readonly objects: ImmutableObjects;
}

/**
 * Archives those records of a log that are not archived yet. Each record is in exactly one object, even if a worker
 * crashes, records are delivered again in other parts, or two workers run at once.
 *
 * Two decisions ensure this, and a conditional write makes each of them once. First, the key of the object that starts
 * at `next` (`claim`): every later worker puts to the same key. Second, which records are in that object (`create`
 * succeeds once): every later worker reads where the object ends. So all workers get the same new `next`, and objects
 * neither overlap nor leave out a record.
 * @param from the checkpoint, or an older one: then a write is rejected, and returns the current checkpoint
 * @returns the checkpoint after the last record
 * @throws TransientError, StandstillError; some records may be archived nevertheless
 */
export async function archive(
  log: PartitionLog,
  records: readonly KafkaRecord[],
  from: Checkpoint,
  { checkpoints, objects }: ArchiveStores,
  deadline: Deadline,
): Promise<Checkpoint> {
  const id = checkpointId(log);
  let checkpoint = from;
  for (;;) {
    const rest = notArchived(records, checkpoint, log);
    const first = rest[0];
    if (first === undefined) return checkpoint;
    const { next, timestamp, pending } = checkpoint;
    if (pending === undefined) {
      checkpoint = await checkpoints.claim(id, checkpoint, objectKey(log, next, first.timestamp), deadline);
    } else {
      const metadata = await objects.create(pending, { ...(await archiveObject(rest, next)), records: rest }, deadline);
      const { end, latest } = extentOf(metadata, pending, next);
      const to = { next: end, timestamp: Math.max(timestamp, latest) };
      checkpoint = await checkpoints.advance(id, checkpoint, to, deadline);
    }
  }
}

/**
 * Normally no record below `next` is newer than the newest archived record. If one is, the topic was created again, and
 * its offsets began at 0 again.
 */
function notArchived(records: readonly KafkaRecord[], { next, timestamp }: Checkpoint, log: PartitionLog) {
  const newer = records.find((record) => record.offset < next && record.timestamp > timestamp);
  if (newer === undefined) return records.filter((record) => record.offset >= next);
  throw new StandstillError(
    'TOPIC_RECREATED',
    `${log.topic}-${log.partition} is archived up to offset ${next} in epoch ${log.epoch}, but offset ` +
      `${newer.offset} is newer than all archived records: the topic was created again. Set its epoch to ${log.epoch + 1}`,
  );
}
