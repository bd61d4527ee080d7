import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { hasTimestamp, LAST_MS } from '#lib/event-time.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import type { NewObject } from '#lib/stores/objects.ts';
import { toLine } from './line.ts';
import { StandstillError } from './standstill.ts';

/** One partition of one life of a topic: its log. */
export interface PartitionLog {
  readonly topic: string;
  readonly partition: number;
  /** 0, and one more each time that the topic is created again under its name */
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
/** Measured on batches of 100 to 1000 readings: 7.0 times smaller; level 1 is 6.0 in half the time, level 9 7.3 in thrice. */
const GZIP_LEVEL = 5;

const epochPath = (epoch: number) => (epoch === 0 ? '' : `/epoch=${epoch}`);

/** The key of a log's checkpoint: `raw-data-topic-0`, `raw-data-topic-0/epoch=1`. */
export function checkpointId({ topic, partition, epoch }: PartitionLog): string {
  return `${topic}-${partition}${epochPath(epoch)}`;
}

/**
 * `<topic>/dt=YYYY-MM-DD/hour=HH/<partition>-<checkpoint offset, 20 digits>.ndjson.gz`, `<topic>/epoch=1/dt=…` in later
 * lives of a topic. Day and hour (UTC) are the first record's, and `unknown` where its timestamp is none or no date.
 * @param checkpoint the offset that the log is archived up to: what makes the key unique
 */
export function objectKey(log: PartitionLog, checkpoint: number, firstTimestamp: number): string {
  const known = hasTimestamp(firstTimestamp) && firstTimestamp <= LAST_MS;
  const [date, hour] = known ? new Date(firstTimestamp).toISOString().split(/[T:]/) : ['unknown', 'unknown'];
  const name = `${log.partition}-${String(checkpoint).padStart(20, '0')}.ndjson.gz`;
  return `${log.topic}${epochPath(log.epoch)}/dt=${date}/hour=${hour}/${name}`;
}

/**
 * The object of some records, not empty, in offset order.
 * @param checkpoint as in its key. `gaps` in the metadata is how many offsets from there on have no record: compaction,
 * retention and transaction markers leave such
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
 * @throws StandstillError where it isn't what {@link archiveObject} writes, or ends before it began: some other object
 * lies in the archive's place, and nothing may go on before a person has looked
 */
export function extentOf(metadata: Readonly<Record<string, string>>, key: string, checkpoint: number): Extent {
  const [start, end, count, latest] = ['start', 'end', 'count', 'last-timestamp'].map((name) => Number(metadata[name]));
  const extent = { start, end, count, latest } as Extent;
  if (Object.values(extent).every(Number.isInteger) && extent.start >= checkpoint && extent.end > extent.start) {
    return extent;
  }
  throw new StandstillError(
    'FOREIGN_OBJECT',
    `${key} has no metadata of the archive from offset ${checkpoint} on: see who wrote it, and move it away`,
  );
}
