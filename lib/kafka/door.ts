import { PermanentError } from '../errors.ts';
import type { Batch, Failure } from './batch.ts';
import { recordsOf } from './batch.ts';
import { MAX_HEADERS } from './dead-letter.ts';
import type { KafkaRecord } from './records.ts';

/**
 * The part of a batch that a function is given, and what is refused before: a record with more headers than
 * {@link MAX_HEADERS}. Without the bound, one record could hold as many as cost a function its time: 200,000 fit into
 * 600 KB.
 */
export function admit(batch: Batch): { admitted: Batch; refused: Failure[] } {
  const refused = recordsOf(batch).flatMap((record): Failure[] => {
    const error = refusal(record);
    return error === undefined ? [] : [{ record, error }];
  });
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
