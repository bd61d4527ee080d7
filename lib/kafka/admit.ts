import { PermanentError } from '../errors.ts';
import type { Batch, Failure } from './batch.ts';
import { MAX_HEADERS } from './dead-letter.ts';
import type { KafkaRecord } from './records.ts';
import { redriveOf } from './redrive.ts';

export interface Admission {
  /** what the function gets */
  readonly admitted: Batch;
  /** records that become dead letters */
  readonly refused: readonly Failure[];
  /** how many redriven records belong to other functions */
  readonly forOthers: number;
}

/**
 * Splits a batch into the part that a function gets and the records that it doesn't get:
 *
 * - Records with more headers than {@link MAX_HEADERS}. Without this limit, one record could use up all of a function's
 *   time: 200,000 headers fit into 600 KB.
 * - Redriven records that another function had refused. This function had accepted them when they came first.
 */
export function admit(batch: Batch, functionName: string): Admission {
  const refused: Failure[] = [];
  const out = new Set<KafkaRecord>();
  for (const { records } of batch.partitions) {
    for (const record of records) {
      const error = refusal(record);
      if (error !== undefined) refused.push({ record, error });
      else if (!isForOther(record, functionName)) continue;
      out.add(record);
    }
  }
  if (out.size === 0) return { admitted: batch, refused, forOthers: 0 };
  const partitions = batch.partitions
    .map((own) => ({ ...own, records: own.records.filter((record) => !out.has(record)) }))
    .filter(({ records }) => records.length > 0);
  return { admitted: { ...batch, partitions }, refused, forOthers: out.size - refused.length };
}

function refusal({ headerCount }: KafkaRecord): PermanentError | undefined {
  if (headerCount <= MAX_HEADERS) return undefined;
  return new PermanentError('TOO_MANY_HEADERS', `the record has ${headerCount} headers, over ${MAX_HEADERS}`);
}

function isForOther(record: KafkaRecord, functionName: string): boolean {
  const redrive = redriveOf(record);
  return redrive !== undefined && redrive.for !== functionName;
}
