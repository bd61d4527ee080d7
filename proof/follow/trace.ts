import { TRACEPARENT } from '#lib/kafka/headers.ts';
import { traceparentOf } from '#lib/kafka/traceparent.ts';
import { headerOf, type LogRecord, nameOf } from '#proof/world.ts';

/** The id of a record's trace (W3C Trace Context); undefined if it has none. */
export function traceIdOf(record: LogRecord | undefined): string | undefined {
  return traceparentOf(record && headerOf(record, TRACEPARENT))?.split('-')[1];
}

/** The id of a record's trace, and when it and the records produced from it came into their topics. */
export function traceText(record: LogRecord | undefined, produced: readonly LogRecord[]): string[] {
  if (record === undefined) return [];
  const began = record.timestamp;
  const times = produced.map((own) => `${nameOf(own)}  +${own.timestamp - began} ms`);
  return [traceIdOf(record) ?? 'no traceparent', `${nameOf(record)}  ${new Date(began).toISOString()}`, ...times];
}
