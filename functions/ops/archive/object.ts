import { type ArchivedRecord, parseLine } from '../../sinks/s3/line.ts';
import { type Extent, extentOf, objectKey } from '../../sinks/s3/object.ts';
import type { ArchiveKey } from './key.ts';

/** An object that is as the archive wrote it. */
export interface Content {
  readonly object: ArchiveKey;
  readonly extent: Extent;
  readonly records: readonly ArchivedRecord[];
}

/** An object that isn't. */
export interface FaultyObject {
  readonly object: ArchiveKey;
  /** from its metadata, where they can be read */
  readonly extent: Extent | undefined;
  /** what is wrong, to follow the key in a message */
  readonly fault: string;
}

export const isFaulty = (read: Content | FaultyObject): read is FaultyObject => 'fault' in read;

/**
 * Checks an object against its key and its metadata.
 * @param text its content; undefined if it can't be unpacked
 */
export function contentOf(
  object: ArchiveKey,
  metadata: Readonly<Record<string, string>>,
  text: string | undefined,
): Content | FaultyObject {
  const extent = readExtent(object, metadata);
  if (extent === undefined) return { object, extent, fault: "its metadata are not the archive's" };
  const faulty = (fault: string): FaultyObject => ({ object, extent, fault });
  if (text === undefined) return faulty('it is cut, or is not gzip');
  const lines = text.split('\n');
  if (lines.pop() !== '') return faulty('it is cut within a line');
  if (lines.length !== extent.count)
    return faulty(`it has ${lines.length} records, and its metadata say ${extent.count}`);
  let records: ArchivedRecord[];
  try {
    records = lines.map(parseLine);
  } catch {
    return faulty('it has a line that is not a record');
  }
  const fault = recordsFault(object, extent, records);
  return fault === undefined ? { object, extent, records } : faulty(fault);
}

function readExtent({ key, checkpoint }: ArchiveKey, metadata: Readonly<Record<string, string>>): Extent | undefined {
  try {
    return extentOf(metadata, key, checkpoint);
  } catch {
    return undefined;
  }
}

function recordsFault(
  { key, topic, partition, epoch, checkpoint }: ArchiveKey,
  { start, end, latest }: Extent,
  records: readonly ArchivedRecord[],
): string | undefined {
  const [first, last] = [records[0], records.at(-1)];
  if (first === undefined || last === undefined) return 'it is empty';
  if (records.some((record) => record.topic !== topic || record.partition !== partition))
    return 'it has a record of another partition';
  if (records.some(({ offset }, i) => i > 0 && offset <= (records[i - 1] as ArchivedRecord).offset))
    return 'its records are not in the order of their offsets';
  if (first.offset !== start || last.offset + 1 !== end)
    return `it has offsets ${first.offset} to ${last.offset}, and its metadata say ${start} to ${end - 1}`;
  const newest = records.reduce((max, { timestamp }) => Math.max(max, timestamp), first.timestamp);
  if (newest !== latest) return 'its newest timestamp is not the one in its metadata';
  if (objectKey({ topic, partition, epoch }, checkpoint, first.timestamp) !== key)
    return 'its first record belongs to another hour than the one in its key';
  return undefined;
}
