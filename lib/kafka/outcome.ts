import { toPipelineError } from '../errors.ts';
import type { Failure } from './batch.ts';
import { type Header, SOURCE, TRACEPARENT, textHeader } from './headers.ts';
import type { KafkaRecord } from './records.ts';
import { traceparentOf } from './traceparent.ts';

/** What a step over the records of a batch gives: a result each, or a failure. Order is kept. */
export interface Outcome<T> {
  done: { record: KafkaRecord; result: T }[];
  failures: Failure[];
}

/** Applies pure code to each record; what throws on one record is that record's failure, and the others go on. */
export function eachRecord<T>(records: readonly KafkaRecord[], step: (record: KafkaRecord) => T): Outcome<T> {
  const outcome: Outcome<T> = { done: [], failures: [] };
  for (const record of records) {
    try {
      outcome.done.push({ record, result: step(record) });
    } catch (error) {
      outcome.failures.push({ record, error: toPipelineError(error) });
    }
  }
  return outcome;
}

/** The headers of a record produced from another: `source`, and the input's trace carried on, where it is one. */
export function producedHeaders(input: KafkaRecord, source: string): Header[] {
  const trace = traceparentOf(input.header(TRACEPARENT));
  return [textHeader(SOURCE, source), ...(trace === undefined ? [] : [textHeader(TRACEPARENT, trace)])];
}
