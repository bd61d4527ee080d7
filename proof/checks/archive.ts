import type { Findings } from '../findings.ts';
import type { Tally } from '../tally.ts';
import { type ArchiveObject, type LogRecord, nameOf, type TopicLog } from '../world.ts';
import { bytesDifference, headersDifference } from './compare.ts';
import { checkOverlap, leftLog, type Range } from './offsets.ts';
import { checkOnce } from './once.ts';

/** The parts of an object's key. */
interface KeyParts {
  topic: string;
  day: string;
  hour: string;
  partition: number;
  checkpoint: number;
}

const KEY = /^(.+?)(?:\/epoch=\d+)?\/dt=([\d-]{10}|unknown)\/hour=(\d\d|unknown)\/(\d+)-(\d{20})\.ndjson\.gz$/;

function partsOf(key: string): KeyParts | undefined {
  const match = KEY.exec(key);
  if (match === null) return undefined;
  const [, topic = '', day = '', hour = '', partition, checkpoint] = match;
  return { topic, day, hour, partition: Number(partition), checkpoint: Number(checkpoint) };
}

/** The topic in an object's key; undefined where the archive makes no such key. */
export function topicOfObject(key: string): string | undefined {
  return partsOf(key)?.topic;
}

/**
 * The archive of a topic holds its log: each record once, with its bytes. Each object's key fits its records, and no
 * two objects overlap.
 */
export function checkArchive(
  topic: string,
  log: TopicLog,
  compacted: boolean,
  objects: readonly ArchiveObject[],
  findings: Findings,
): Tally {
  const place = `s3 ${topic}`;
  for (const object of objects) {
    const why = objectFault(topic, object);
    if (why !== undefined) findings.add(place, 'different', object.key, why);
  }
  for (const own of Map.groupBy(objects, ({ key }) => partsOf(key)?.partition).values()) {
    checkOverlap(place, own.flatMap(rangeOf), findings);
  }
  const hasLeft = leftLog(log, compacted);
  const { repeated: _, ...tally } = checkOnce<LogRecord, LogRecord>(
    {
      place,
      expected: new Map(log.records.map((record) => [nameOf(record), record])),
      stored: objects.flatMap(({ records }) => records.map((record) => [nameOf(record), record] as const)),
      difference: lineDifference,
      legal: (_, line) => line.topic === topic && hasLeft(line),
    },
    findings,
  );
  return tally;
}

function rangeOf({ key, records }: ArchiveObject): Range[] {
  const [first, last] = [records[0], records.at(-1)];
  // The offset in the key counts too: records from that offset on belong to this object.
  return first === undefined || last === undefined
    ? []
    : [{ id: key, first: Math.min(first.offset, partsOf(key)?.checkpoint ?? first.offset), last: last.offset }];
}

function objectFault(topic: string, { key, records }: ArchiveObject): string | undefined {
  const parts = partsOf(key) as KeyParts;
  const first = records[0];
  if (first === undefined) return 'it is empty';
  if (records.some((record) => record.topic !== topic || record.partition !== parts.partition)) {
    return 'it holds a record of another partition than the one in its key';
  }
  if (first.offset < parts.checkpoint) return `it begins at offset ${first.offset}, before the offset in its key`;
  if (records.some((record, i) => i > 0 && record.offset <= (records[i - 1] as LogRecord).offset)) {
    return 'its lines are not in order of offset';
  }
  const [day, hour] =
    first.timestamp <= 0 ? ['unknown', 'unknown'] : new Date(first.timestamp).toISOString().split(/[T:]/);
  return parts.day === day && parts.hour === hour ? undefined : `its first record is of ${day}, hour ${hour}`;
}

function lineDifference(record: LogRecord, line: LogRecord): string | undefined {
  if (record.timestamp !== line.timestamp) return `timestamp is ${line.timestamp}, not ${record.timestamp}`;
  return bytesDifference(record, line) ?? headersDifference(record, line, true);
}
