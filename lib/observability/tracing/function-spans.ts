import {
  type Context,
  context as contexts,
  type Span,
  SpanKind,
  type SpanOptions,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { Deadline } from '../../deadline.ts';
import type { Invocation } from '../../invocation.ts';
import type { Batch } from '../../kafka/batch.ts';
import { codeOf, fail } from './call-tracer.ts';
import { processing, sampledRecords, startRecordSpans } from './record-spans.ts';

/** The invocation that is traced. */
export interface Invoked {
  readonly requestId: string;
  readonly deadline: Deadline;
}

/** The spans of a function. Both do the work in a span, and then send all spans in one request. */
export interface FunctionSpans {
  /** Of a batch. A record with a sampled traceparent gets a span of its own, in its trace. */
  batch<T>(batch: Batch, invocation: Invocation, invoked: Invoked, work: () => Promise<T>): Promise<T>;
  /** Of a function that runs on a schedule. */
  scheduled<T>(invoked: Invoked, work: () => Promise<T>): Promise<T>;
}

export interface FunctionSpansOptions {
  readonly function: string;
  readonly tracer: Tracer;
  /** the context of each record that has a span, by its coordinates; only while its batch is processed */
  readonly ofRecords: Map<string, Context>;
  readonly flush: (ms: number) => Promise<void>;
}

/** The longest that an invocation waits for the collector, in ms. */
const FLUSH_MS = 500;

export function functionSpans({ function: name, tracer, ofRecords, flush }: FunctionSpansOptions): FunctionSpans {
  let isCold = true;

  function start(title: string, { requestId }: Invoked, options: SpanOptions, trigger: string): Span {
    const faas = { 'faas.trigger': trigger, 'faas.invocation_id': requestId, 'faas.coldstart': isCold };
    isCold = false;
    return tracer.startSpan(title, { ...options, attributes: { ...options.attributes, ...faas } });
  }

  /** @param end ends the span, and what belongs to it */
  async function during<T>(span: Span, { deadline }: Invoked, work: () => Promise<T>, end: () => void): Promise<T> {
    try {
      return await contexts.with(trace.setSpan(contexts.active(), span), work);
    } catch (error) {
      fail(span, codeOf(error));
      throw error;
    } finally {
      end();
      await flush(Math.min(FLUSH_MS, deadline.remaining()));
    }
  }

  return {
    batch(batch, invocation, invoked, work) {
      const sampled = sampledRecords(batch);
      const topic = batch.partitions[0]?.topic ?? '';
      const links = sampled.map(({ parent }) => ({ context: parent }));
      const attributes = { ...processing(topic), 'messaging.batch.message_count': invocation.records };
      const span = start(`process ${topic}`, invoked, { kind: SpanKind.CONSUMER, links, attributes }, 'pubsub');
      invocation.traceId = span.spanContext().traceId;
      const endRecords = startRecordSpans(tracer, sampled, span, ofRecords);
      return during(span, invoked, work, () => {
        const { deadLetters, handedBack } = invocation;
        endRecords([...deadLetters, ...handedBack]);
        const [first] = handedBack;
        if (first !== undefined) fail(span, first.error.code);
        span.end();
      });
    },
    scheduled: (invoked, work) => {
      const span = start(name, invoked, { kind: SpanKind.SERVER }, 'timer');
      return during(span, invoked, work, () => span.end());
    },
  };
}
