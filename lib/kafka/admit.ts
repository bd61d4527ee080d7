import { PermanentError } from '../errors.ts';
import type { Batch, Failure } from './batch.ts';
import { MAX_HEADERS } from './dead-letter.ts';
import type { KafkaRecord } from './records.ts';

/**
 * Splits a batch into the part that a function gets and the records that it doesn't get: those with more headers than
 * {@link MAX_HEADERS}. Without this limit, one record could use up all of a function's time: 200,000 headers fit into
 * 600 KB.
 */
export function admit(batch: Batch): { admitted: Batch; refused: Failure[] } {
  const refused: Failure[] = [];
  for (const { records } of batch.partitions) {
    for (const record of records) {
      const error = refusal(record);
      if (error !== undefined) refused.push({ record, error });
    }
  }
  if (refused.length === 0) return { admitted: batch, refused };
  const out = new Set(refused.map(({ record }) => record));
  const partitions = batch.partitions
    .map((own) => ({ ...own, records: own.records.filter((record) => !out.has(record)) }))
    .filter(({ records }) => records.length > 0);
  return { admitted: { ...batch, partitions }, refused };
}

function refusal({ headerCount }: KafkaRecord): PermanentError | undefined {
  if (headerCount <= MAX_HEADERS) return undefined;
  return new PermanentError('TOO_MANY_HEADERS', `the record has ${headerCount} headers, over ${MAX_HEADERS}`);
}
