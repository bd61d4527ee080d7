import type { Findings } from '../findings.ts';
import type { LogRecord, TopicLog } from '../world.ts';

/**
 * A log was read completely: from its start to its end, every offset once and in order. A compacted log may have gaps.
 * A finding here is a fault of the broker or of the reading. All other checks rely on this one.
 */
export function checkOffsets(topic: string, log: TopicLog, compacted: boolean, findings: Findings): void {
  const byPartition = Map.groupBy(log.records, ({ partition }) => partition);
  for (const { partition, start, end } of log.partitions) {
    let next = start;
    for (const { offset } of byPartition.get(partition) ?? []) {
      if (offset < next) findings.add(topic, 'duplicated', `${topic}-${partition}-${offset}`, 'read out of order');
      else if (offset > next && !compacted) lost(topic, partition, next, offset, findings);
      next = Math.max(next, offset + 1);
    }
    if (next < end && !compacted) lost(topic, partition, next, end, findings);
  }
}

function lost(topic: string, partition: number, from: number, to: number, findings: Findings): void {
  for (let offset = from; offset < to; offset++) {
    findings.add(topic, 'lost', `${topic}-${partition}-${offset}`, 'not in the log that was read back');
  }
}

/**
 * Tells which copies of a topic's records may be in a store although the log no longer holds the record: copies older
 * than the log, and copies of records that compaction removes (replaced by a later record with their key, or
 * tombstones).
 */
export function leftLog(log: TopicLog, compacted: boolean): (copy: LogRecord) => boolean {
  const keyOf = ({ partition, key }: LogRecord) => `${partition} ${key?.toString('base64')}`;
  const latest = new Map(compacted ? log.records.map((record) => [keyOf(record), record.offset]) : []);
  return (copy) => {
    const range = log.partitions.find(({ partition }) => partition === copy.partition);
    if (range === undefined || copy.offset >= range.end) return false;
    if (copy.offset < range.start) return true;
    return compacted && (copy.value === null || (latest.get(keyOf(copy)) ?? -1) > copy.offset);
  };
}

export interface Range {
  /** its name in findings */
  id: string;
  first: number;
  last: number;
}

/** No two ranges of offsets overlap. */
export function checkOverlap(place: string, ranges: readonly Range[], findings: Findings): void {
  const sorted = ranges.toSorted((a, b) => a.first - b.first || a.last - b.last);
  let before: Range | undefined;
  for (const range of sorted) {
    if (before !== undefined && range.first <= before.last) {
      findings.add(place, 'duplicated', range.id, `overlaps ${before.id}`);
    }
    if (before === undefined || range.last > before.last) before = range;
  }
}
