import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { hasTimestamp, LAST_MS } from '#lib/event-time.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import type { NewObject } from '#lib/stores/objects.ts';
import { toLine } from './line.ts';
import { StandstillError } from './standstill.ts';

/** The log of a partition, in one life of its topic. */
export interface PartitionLog {
  readonly topic: string;
  readonly partition: number;
  /** 0 at first, and 1 more each time that the topic is created again with the same name */
  readonly epoch: number;
}

/** What an archive object covers. */
export interface Extent {
  /** offset of its first record */
  readonly start: number;
  /** offset after its last record */
  readonly end: number;
  readonly count: number;
  /** the latest Kafka timestamp in it, in ms */
  readonly latest: number;
}

const compress = promisify(gzip);
/**
 * Measured on batches of 100 to 1000 readings: 7.0 times smaller. Level 1: 6.0 times in half the time; level 9: 7.3
 * times in three times the time.
 */
const GZIP_LEVEL = 5;

const epochPath = (epoch: number) => (epoch === 0 ? '' : `/epoch=${epoch}`);

/** The key of a log's checkpoint: `raw-data-topic-0`, `raw-data-topic-0/epoch=1`. */
export function checkpointId({ topic, partition, epoch }: PartitionLog): string {
  return `${topic}-${partition}${epochPath(epoch)}`;
}

/**
 * `<topic>/dt=YYYY-MM-DD/hour=HH/<partition>-<checkpoint offset, 20 digits>.ndjson.gz`, `<topic>/epoch=1/dt=…` in later
 * lives of a topic. Day and hour (UTC) are those of the first record's timestamp, or `unknown` where it is missing or
 * not a date.
 * @param checkpoint the offset up to which the log is archived; it makes the key unique
 */
export function objectKey(log: PartitionLog, checkpoint: number, firstTimestamp: number): string {
  const known = hasTimestamp(firstTimestamp) && firstTimestamp <= LAST_MS;
  const [date, hour] = known ? new Date(firstTimestamp).toISOString().split(/[T:]/) : ['unknown', 'unknown'];
  const name = `${log.partition}-${String(checkpoint).padStart(20, '0')}.ndjson.gz`;
  return `${log.topic}${epochPath(log.epoch)}/dt=${date}/hour=${hour}/${name}`;
}

/**
 * The object for these records, at least one, in offset order.
 * @param checkpoint as in the key. `gaps` in the metadata is the number of offsets from there on without a record:
 *   compaction, retention and transaction markers leave gaps
 */
export async function archiveObject(records: readonly KafkaRecord[], checkpoint: number): Promise<NewObject> {
  const lines = records.map((record) => `${toLine(record)}\n`).join('');
  const first = records[0] as KafkaRecord;
  const end = (records.at(-1) as KafkaRecord).offset + 1;
  const metadata = {
    start: first.offset,
    end,
    count: records.length,
    gaps: end - checkpoint - records.length,
    'first-timestamp': first.timestamp,
    'last-timestamp': records.reduce((latest, { timestamp }) => Math.max(latest, timestamp), first.timestamp),
  };
  return {
    body: await compress(lines, { level: GZIP_LEVEL }),
    contentType: 'application/gzip',
    metadata: Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, String(value)])),
  };
}

/**
 * Reads an object's metadata.
 * @throws StandstillError where {@link archiveObject} can't have written them: another program wrote an object with the
 *   archive's key, and a person has to look at it before the archive may go on
 */
export function extentOf(metadata: Readonly<Record<string, string>>, key: string, checkpoint: number): Extent {
  const [start, end, count, latest] = ['start', 'end', 'count', 'last-timestamp'].map((name) => Number(metadata[name]));
  const extent = { start, end, count, latest } as Extent;
  if (Object.values(extent).every(Number.isInteger) && extent.start >= checkpoint && extent.end > extent.start) {
    return extent;
  }
  throw new StandstillError(
    'FOREIGN_OBJECT',
    `${key} is not the archive's object from offset ${checkpoint} on: find out who wrote it, and move it away`,
  );
}
