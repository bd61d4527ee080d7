import {
  type Attributes,
  type Context,
  context as contexts,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { PipelineError } from '../../errors.ts';
import type { Coordinates } from '../../kafka/records.ts';
import type { CallTracer, SentMessage } from '../../spans.ts';

/** Attributes of each store's spans (OpenTelemetry's semantic conventions for databases and for RPC). */
const STORES: Readonly<Record<string, Attributes>> = {
  DATABASE: { 'db.system.name': 'postgresql' },
  OPENSEARCH: { 'db.system.name': 'opensearch' },
  S3: { 'rpc.system.name': 'aws-api', 'rpc.service': 'S3' },
  SNS: { 'rpc.system.name': 'aws-api', 'rpc.service': 'SNS' },
};

/** All other codes are of DynamoDB's tables. */
const DYNAMODB = { 'db.system.name': 'aws.dynamodb' };

interface Call {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
  readonly records: readonly (Coordinates | undefined)[];
}

/** @param contextOf the context with a record's span; undefined if it has none */
export function callTracer(tracer: Tracer, contextOf: (record: Coordinates) => Context | undefined): CallTracer {
  function start({ records, name, ...options }: Call): [Span, ...Span[]] {
    const own = tracer.startSpan(name, options);
    // The same in each record's own trace, with a link to the span of the whole call.
    const ofRecords = [...new Set(records)].flatMap((record) => {
      const context = record && contextOf(record);
      if (context === undefined) return [];
      return tracer.startSpan(name, { ...options, links: [{ context: own.spanContext() }] }, context);
    });
    return [own, ...ofRecords];
  }

  async function during<T>(spans: readonly Span[], work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      for (const span of spans) fail(span, codeOf(error));
      throw error;
    } finally {
      for (const span of spans) span.end();
    }
  }

  return {
    send: (messages, work) => during(sends(messages).flatMap(start), work),
    store({ store, operation, records = [] }, work) {
      const attributes = { ...(STORES[store] ?? DYNAMODB), 'db.operation.name': operation };
      const name = `${store in STORES ? store : 'DYNAMODB'} ${operation}`;
      const spans = start({ name, kind: SpanKind.CLIENT, attributes, records });
      return contexts.with(trace.setSpan(contexts.active(), spans[0]), () => during(spans, work));
    },
    activeTraceId: () => trace.getSpanContext(contexts.active())?.traceId,
    traceparentOf(record) {
      const context = contextOf(record);
      const span = context && trace.getSpanContext(context);
      return span && traceparentText(span);
    },
  };
}

/** A span for each topic: a request to a broker holds records of several. */
function sends(messages: readonly SentMessage[]): Call[] {
  return [...Map.groupBy(messages, ({ topic }) => topic)].map(([topic, own]) => ({
    name: `send ${topic}`,
    kind: SpanKind.PRODUCER,
    attributes: { ...sendAttributes(topic), 'messaging.batch.message_count': own.length },
    records: own.map(({ from }) => from),
  }));
}

/** Of each send to a topic (OpenTelemetry's semantic conventions for messaging). */
export function sendAttributes(topic: string) {
  return {
    'messaging.system': 'kafka',
    'messaging.operation.name': 'send',
    'messaging.operation.type': 'send',
    'messaging.destination.name': topic,
  };
}

export function traceparentText({ traceId, spanId, traceFlags }: ReturnType<Span['spanContext']>): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

/** Marks a span as failed, with a code and never with an error's message, which may quote a record. */
export function fail(span: Span, code: string): void {
  span.setAttribute('error.type', code).setStatus({ code: SpanStatusCode.ERROR });
}

export function codeOf(error: unknown): string {
  if (error instanceof PipelineError) return error.code;
  return error instanceof Error ? error.name : typeof error;
}
