import type { fetchV12, RecordsBatch } from '@platformatic/kafka';
import type { KafkaHeader, KafkaRecord } from './record.ts';

/** The result of a fetch from one offset of a partition. */
export interface Fetched {
  /** The committed records in order, from the requested offset on. */
  records: readonly KafkaRecord[];
  /** The offset to fetch next. It follows all fetched offsets, also those without a record. */
  next: number;
}

type FetchedPartition = Pick<fetchV12.FetchResponsePartition, 'records' | 'abortedTransactions'>;

/** A batch's attributes (Kafka: "Record Batch"). */
const logAppendTime = 0b1000;
const control = 0b10_0000;
/** The type in a control record's key. It follows the version (Kafka: "Control Batch"). */
const abortMarker = 0;

/**
 * The records of a fetch without those of aborted transactions, as a consumer with `read_committed` reads them. The
 * broker returns no record after the start of the first open transaction. It lists the aborted transactions: each one
 * lasts from its first offset to its producer's next marker, which may come with a later fetch.
 *
 * @param from the requested offset. The broker returns whole batches, so the first one may begin below it.
 */
export function committedRecords({ records: batches, abortedTransactions }: FetchedPartition, from: number): Fetched {
  const aborted = (abortedTransactions ?? []).toSorted((one, other) => Number(one.firstOffset - other.firstOffset));
  const aborting = new Set<bigint>();
  const records: KafkaRecord[] = [];
  let next = from;
  for (const batch of batches ?? []) {
    const end = batch.firstOffset + BigInt(batch.lastOffsetDelta);
    while (aborted[0] && aborted[0].firstOffset <= end) aborting.add(aborted.shift()?.producerId ?? -1n);
    next = Math.max(next, Number(end) + 1);
    if (batch.attributes & control) {
      if (batch.records[0]?.key?.readInt16BE(2) === abortMarker) aborting.delete(batch.producerId);
    } else if (!aborting.has(batch.producerId)) {
      for (const record of recordsOf(batch)) if (record.offset >= from) records.push(record);
    }
  }
  return { records, next };
}

function recordsOf({ attributes, firstOffset, firstTimestamp, maxTimestamp, records }: RecordsBatch): KafkaRecord[] {
  const [first, time, appended] = [Number(firstOffset), Number(firstTimestamp), Number(maxTimestamp)];
  const isAppendTime = (attributes & logAppendTime) !== 0;
  return records.map(({ offsetDelta, timestampDelta, key, value, headers }) => ({
    offset: first + offsetDelta,
    timestamp: isAppendTime ? appended : time + Number(timestampDelta),
    ...(isAppendTime && { timestampType: 'LOG_APPEND_TIME' as const }),
    key,
    value,
    headers: headers.map(header),
  }));
}

function header([name, value]: [Buffer | null, Buffer | null]): KafkaHeader {
  return { name: name?.toString() ?? '', value };
}
