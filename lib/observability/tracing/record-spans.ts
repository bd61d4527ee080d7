import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { type Batch, type Failure, recordsOf } from '../../kafka/batch.ts';
import { TRACEPARENT } from '../../kafka/headers.ts';
import { coordinatesText, type KafkaRecord } from '../../kafka/records.ts';
import { traceparentOf } from '../../kafka/traceparent.ts';
import { fail } from './call-tracer.ts';

/** A record whose own trace is sampled. */
export interface SampledRecord {
  readonly record: KafkaRecord;
  /** the span in its `traceparent` */
  readonly parent: SpanContext;
}

/** The most records of a batch that get spans; the traceparent of the others is passed on unchanged. */
const MOST_RECORDS = 32;

/** The first records of a batch whose own trace is sampled. */
export function sampledRecords(batch: Batch): SampledRecord[] {
  const sampled: SampledRecord[] = [];
  for (const record of recordsOf(batch)) {
    if (sampled.length === MOST_RECORDS) break;
    const parent = parentOf(record);
    if (parent !== undefined) sampled.push({ record, parent });
  }
  return sampled;
}

function parentOf(record: KafkaRecord): SpanContext | undefined {
  const [, traceId = '', spanId = '', flags = ''] = traceparentOf(record.header(TRACEPARENT))?.split('-') ?? [];
  const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED;
  return traceFlags === TraceFlags.SAMPLED ? { traceId, spanId, traceFlags, isRemote: true } : undefined;
}

/**
 * Starts a span for each of these records in its own trace, with a link to the batch's span.
 * @param contexts gets the context of each record's span, by the record's coordinates
 * @returns ends the spans
 */
export function startRecordSpans(
  tracer: Tracer,
  sampled: readonly SampledRecord[],
  ofBatch: Span,
  contexts: Map<string, Context>,
): (failures: readonly Failure[]) => void {
  const spans = new Map<string, Span>();
  for (const { record, parent } of sampled) {
    const above = trace.setSpanContext(ROOT_CONTEXT, parent);
    const attributes = {
      ...processing(record.topic),
      'messaging.destination.partition.id': String(record.partition),
      'messaging.kafka.offset': record.offset,
    };
    const links = [{ context: ofBatch.spanContext() }];
    const span = tracer.startSpan(`process ${record.topic}`, { kind: SpanKind.CONSUMER, links, attributes }, above);
    const place = coordinatesText(record);
    spans.set(place, span);
    contexts.set(place, trace.setSpan(above, span));
  }
  return (failures) => {
    if (spans.size === 0) return;
    for (const { record, error } of failures) {
      const span = spans.get(coordinatesText(record));
      if (span !== undefined) fail(span, error.code);
    }
    for (const [place, span] of spans) {
      span.end();
      contexts.delete(place);
    }
  };
}

/** Attributes of OpenTelemetry's semantic conventions for messaging. */
export function processing(topic: string) {
  return {
    'messaging.system': 'kafka',
    'messaging.operation.name': 'process',
    'messaging.operation.type': 'process',
    'messaging.destination.name': topic,
  };
}
