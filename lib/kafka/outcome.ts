import { toPipelineError } from '../errors.ts';
import { spanTraceparent } from '../spans.ts';
import type { Failure } from './batch.ts';
import { type ProducedHeader, SOURCE, TRACEPARENT, textHeader } from './headers.ts';
import type { KafkaRecord } from './records.ts';
import { traceparentOf } from './traceparent.ts';

/** The result or the failure of each record after a step. Both lists are in the records' order. */
export interface Outcome<T> {
  done: { record: KafkaRecord; result: T }[];
  failures: Failure[];
}

/** Applies pure code to each record. If it throws on a record, that record fails and the others go on. */
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

/**
 * The headers of a record that is produced from another: `source`, and `traceparent`, which is that of the input's span,
 * or the input's own one if it has no span. An invalid one isn't passed on.
 */
export function producedHeaders(input: KafkaRecord, source: string): ProducedHeader[] {
  const headers = [textHeader(SOURCE, source)];
  const trace = traceparentOf(input.header(TRACEPARENT));
  if (trace !== undefined) headers.push(textHeader(TRACEPARENT, spanTraceparent(input) ?? trace));
  return headers;
}
