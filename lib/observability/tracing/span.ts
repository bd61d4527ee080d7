import { randomBytes } from 'node:crypto';
import {
  type Attributes,
  type AttributeValue,
  type Context,
  context as contexts,
  isSpanContextValid,
  type Link,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  type SpanStatus,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';

/** A span that has ended. */
export interface EndedSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly context: SpanContext;
  readonly parentSpanId: string | undefined;
  /** ms since the epoch */
  readonly start: number;
  readonly end: number;
  readonly attributes: Attributes;
  readonly links: readonly Link[];
  readonly status: SpanStatus;
}

/** The most that a wall clock may differ from the steady clock, in ms: then it was set, or the process was frozen. */
const DRIFT_MS = 20;
let offset = 0;

/** ms since the epoch, with the resolution of the steady clock. */
function now(): number {
  const wall = Date.now();
  const steady = offset + performance.now();
  if (Math.abs(steady - wall) <= DRIFT_MS) return steady;
  offset = wall - performance.now();
  return wall;
}

/** Makes spans, and gives each that ends to `onEnd`. It samples every span that has no parent. */
export function ownTracer(onEnd: (span: EndedSpan) => void): Tracer {
  const startSpan = (name: string, options: SpanOptions = {}, parent: Context = contexts.active()): Span => {
    const above = options.root ? undefined : trace.getSpanContext(parent);
    const inTrace = above !== undefined && isSpanContextValid(above);
    const context = {
      traceId: inTrace ? above.traceId : hex(16),
      spanId: hex(8),
      traceFlags: inTrace ? above.traceFlags : TraceFlags.SAMPLED,
    };
    return ownSpan({ name, context, parentSpanId: inTrace ? above.spanId : undefined, options }, onEnd);
  };
  return {
    startSpan,
    startActiveSpan(name: string, ...rest: unknown[]) {
      const work = rest.pop() as (span: Span) => never;
      const [options, parent] = rest as [SpanOptions?, Context?];
      const span = startSpan(name, options, parent);
      return contexts.with(trace.setSpan(parent ?? contexts.active(), span), () => work(span));
    },
  };
}

interface Beginning extends Pick<EndedSpan, 'name' | 'context' | 'parentSpanId'> {
  readonly options: SpanOptions;
}

function ownSpan({ options, ...own }: Beginning, onEnd: (span: EndedSpan) => void): Span {
  const start = typeof options.startTime === 'number' ? options.startTime : now();
  const attributes: Attributes = { ...options.attributes };
  const links = [...(options.links ?? [])];
  let { name } = own;
  let status: SpanStatus = { code: SpanStatusCode.UNSET };
  let ended = (own.context.traceFlags & TraceFlags.SAMPLED) === 0;
  const span: Span = {
    spanContext: () => own.context,
    setAttribute: (key: string, value: AttributeValue) => Object.assign(attributes, { [key]: value }) && span,
    setAttributes: (more) => Object.assign(attributes, more) && span,
    addEvent: () => span,
    addLink: (link) => span.addLinks([link]),
    addLinks(more) {
      links.push(...more);
      return span;
    },
    setStatus(to) {
      status = to;
      return span;
    },
    updateName(to) {
      name = to;
      return span;
    },
    end(time) {
      if (ended) return;
      ended = true;
      const end = typeof time === 'number' ? time : now();
      onEnd({ ...own, name, kind: options.kind ?? SpanKind.INTERNAL, start, end, attributes, links, status });
    },
    isRecording: () => !ended,
    recordException: () => undefined,
  };
  return span;
}

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');
