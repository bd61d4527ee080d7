import type { EachBatchPayload, IHeaders, KafkaMessage } from 'kafkajs';
import type { KafkaHeader, KafkaRecord } from './event.ts';

/** What kafkajs's types leave out: the offset that the fetch asked for. */
type FetchedBatch = EachBatchPayload['batch'] & { fetchedOffset: string };
/** And of a record the batch that it was stored in. */
type StoredMessage = KafkaMessage & { batchContext?: { timestampType?: number } };

const logAppendTime = 1;

/** The offset that the fetch of a batch asked for. */
export function fetchedFrom(batch: EachBatchPayload['batch']): number {
  return Number((batch as FetchedBatch).fetchedOffset);
}

/** A fetched message as the plugin has it. */
export function kafkaRecord({ offset, timestamp, key, value, headers, batchContext }: StoredMessage): KafkaRecord {
  return {
    offset: Number(offset),
    timestamp: Number(timestamp),
    ...(batchContext?.timestampType === logAppendTime && { timestampType: 'LOG_APPEND_TIME' }),
    key,
    value,
    headers: kafkaHeaders(headers),
  };
}

/**
 * kafkajs gathers headers of one name in a list, which it begins with what an object inherits under that name, if that
 * is something: `constructor`, `__proto__`.
 */
function kafkaHeaders(headers: IHeaders | undefined): KafkaHeader[] {
  return Object.entries(headers ?? {}).flatMap(([name, values]) =>
    [values].flat().flatMap((value) => (Buffer.isBuffer(value) ? { name, value } : [])),
  );
}
