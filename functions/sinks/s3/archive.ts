import type { Deadline } from '#lib/deadline.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import type { ImmutableObjects } from '#lib/stores/objects.ts';
import { archiveObject, checkpointId, extentOf, objectKey, type PartitionLog } from './object.ts';
import { StandstillError } from './standstill.ts';

/** How far a log is archived. */
export interface Checkpoint {
  /** every record below is in an object (or was never there) */
  readonly next: number;
  /** the latest Kafka timestamp below `next`, in ms; -Infinity where there is none */
  readonly timestamp: number;
  /** the key of the object that starts at `next`, once somebody has set out to put it */
  readonly pending?: string;
}

export const NOTHING_ARCHIVED: Checkpoint = { next: 0, timestamp: Number.NEGATIVE_INFINITY };

/**
 * The checkpoints' store. Its writes are conditional; where the condition doesn't hold, nothing is written. Each
 * answers with the checkpoint as it is after the call, whoever wrote it.
 */
export interface Checkpoints {
  /** Consistent. {@link NOTHING_ARCHIVED} where there is none. */
  read(id: string, deadline: Deadline): Promise<Checkpoint>;
  /** `pending = key` if `next` is `from.next` and nothing is pending. */
  claim(id: string, from: Checkpoint, key: string, deadline: Deadline): Promise<Checkpoint>;
  /** `next` and `timestamp` as given, and nothing pending, if `next` is `from.next`. */
  advance(id: string, from: Checkpoint, to: Checkpoint, deadline: Deadline): Promise<Checkpoint>;
}

export interface ArchiveStores {
  readonly checkpoints: Checkpoints;
  readonly objects: ImmutableObjects;
}

/**
 * Archives the records of a log that are not archived yet, each in one object and only one, whatever crashes, is
 * delivered again in whatever parts, or runs twice at once.
 *
 * Two decisions make it so, and each is made once, by a conditional write. First, under which key the object lies that
 * starts at `next` (`claim`): whoever comes later puts to the same key. Second, which records are in it (`create`
 * succeeds once): whoever comes later reads where it ends. So the next `next` is the same for all, and objects can
 * neither overlap nor leave a record out.
 * @param from the checkpoint, or one that it had before: then a write is refused, and answers with what it is
 * @returns the checkpoint after the last record
 * @throws TransientError, StandstillError; records may have been archived all the same
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
      const metadata = await objects.create(pending, await archiveObject(rest, next), deadline);
      const { end, latest } = extentOf(metadata, pending, next);
      const to = { next: end, timestamp: Math.max(timestamp, latest) };
      checkpoint = await checkpoints.advance(id, checkpoint, to, deadline);
    }
  }
}

/**
 * What lies below `next` is archived, and so no newer than the newest that is. A record there that is newer belongs to
 * another life of the topic, in which offsets began anew.
 */
function notArchived(records: readonly KafkaRecord[], { next, timestamp }: Checkpoint, log: PartitionLog) {
  const stranger = records.find((record) => record.offset < next && record.timestamp > timestamp);
  if (stranger === undefined) return records.filter((record) => record.offset >= next);
  throw new StandstillError(
    'TOPIC_RECREATED',
    `${log.topic}-${log.partition} is archived up to offset ${next} in epoch ${log.epoch}, but offset ` +
      `${stranger.offset} is newer than all of that: the topic was created again; set its epoch to ${log.epoch + 1}`,
  );
}
