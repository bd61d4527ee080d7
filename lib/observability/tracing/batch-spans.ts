import {
  type Context,
  context as contexts,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { Deadline } from '../../deadline.ts';
import type { Invocation } from '../../invocation.ts';
import { type Batch, recordsOf } from '../../kafka/batch.ts';
import { TRACEPARENT } from '../../kafka/headers.ts';
import { coordinatesText, type KafkaRecord } from '../../kafka/records.ts';
import { traceparentOf } from '../../kafka/traceparent.ts';
import { codeOf, fail } from './call-tracer.ts';

/**
 * Runs a batch's work in a span, and sends all spans at its end. A record with a sampled traceparent gets a span of its
 * own in its trace; the batch's span has links to these.
 */
export type BatchSpans = <T>(
  batch: Batch,
  invocation: Invocation,
  caller: { readonly requestId: string; readonly deadline: Deadline },
  work: () => Promise<T>,
) => Promise<T>;

export interface BatchSpansOptions {
  readonly tracer: Tracer;
  /** the context of each record that has a span, by its coordinates; only while its batch is processed */
  readonly ofRecords: Map<string, Context>;
  readonly flush: (ms: number) => Promise<void>;
}

/** The most records of a batch that get spans; the traceparent of the others is passed on unchanged. */
const MOST_RECORDS = 32;
/** The longest that a batch waits for the collector, in ms. */
const FLUSH_MS = 500;

export function batchSpans({ tracer, ofRecords, flush }: BatchSpansOptions): BatchSpans {
  let isCold = true;
  return async (batch, invocation, { requestId, deadline }, work) => {
    const sampled = sampledRecords(batch);
    const topic = batch.partitions[0]?.topic ?? '';
    const span = tracer.startSpan(`process ${topic}`, {
      kind: SpanKind.CONSUMER,
      links: sampled.map(({ parent }) => ({ context: parent })),
      attributes: {
        ...processing(topic),
        'messaging.batch.message_count': invocation.records,
        'faas.trigger': 'pubsub',
        'faas.invocation_id': requestId,
        'faas.coldstart': isCold,
      },
    });
    isCold = false;
    invocation.traceId = span.spanContext().traceId;
    const spans = new Map(sampled.map(({ record, parent }) => [record, startRecord(record, parent, span)]));
    let error: unknown;
    try {
      return await contexts.with(trace.setSpan(contexts.active(), span), work);
    } catch (thrown) {
      error = thrown;
      throw thrown;
    } finally {
      end(span, spans, invocation, error);
      for (const record of spans.keys()) ofRecords.delete(coordinatesText(record));
      await flush(Math.min(FLUSH_MS, deadline.remaining()));
    }
  };

  function startRecord(record: KafkaRecord, parent: SpanContext, ofBatch: Span): Span {
    const above = trace.setSpanContext(ROOT_CONTEXT, parent);
    const span = tracer.startSpan(
      `process ${record.topic}`,
      {
        kind: SpanKind.CONSUMER,
        links: [{ context: ofBatch.spanContext() }],
        attributes: {
          ...processing(record.topic),
          'messaging.destination.partition.id': String(record.partition),
          'messaging.kafka.offset': record.offset,
        },
      },
      above,
    );
    ofRecords.set(coordinatesText(record), trace.setSpan(above, span));
    return span;
  }
}

function processing(topic: string) {
  return {
    'messaging.system': 'kafka',
    'messaging.operation.name': 'process',
    'messaging.operation.type': 'process',
    'messaging.destination.name': topic,
  };
}

function end(span: Span, ofRecords: Map<KafkaRecord, Span>, invocation: Invocation, error: unknown): void {
  for (const failure of [...invocation.deadLetters, ...invocation.handedBack]) {
    const own = ofRecords.get(failure.record);
    if (own !== undefined) fail(own, failure.error.code);
  }
  const [handedBack] = invocation.handedBack;
  if (handedBack !== undefined) fail(span, handedBack.error.code);
  else if (error !== undefined) fail(span, codeOf(error));
  for (const own of ofRecords.values()) own.end();
  span.end();
}

interface Sampled {
  readonly record: KafkaRecord;
  readonly parent: SpanContext;
}

/** The first records of a batch whose own trace is sampled. */
function sampledRecords(batch: Batch): Sampled[] {
  const sampled: Sampled[] = [];
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
