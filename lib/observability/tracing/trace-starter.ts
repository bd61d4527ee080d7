import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { sendAttributes, traceparentText } from './call-tracer.ts';
import { otlpExporter } from './exporter.ts';
import { ownTracer } from './span.ts';

export interface TraceStarter {
  /** Begins the trace of a record that is about to be sent; undefined for a record without one. */
  begin(topic: string): BegunTrace | undefined;
  /** Sends the ended spans. Never rejects. */
  flush(): Promise<void>;
}

export interface BegunTrace {
  /** the value of the record's header `traceparent` */
  readonly traceparent: string;
  /** Ends the span of the send. */
  end(acknowledged: boolean): void;
}

export interface TraceStarterOptions {
  /** the collector's base URL: http://127.0.0.1:4318 */
  readonly endpoint: string;
  /** the name of the program in traces */
  readonly service: string;
  /** one record in this many has a trace; the first one has */
  readonly oneIn: number;
  readonly onFailure: (reason: string) => void;
}

const FLUSH_MS = 1_000;

/** For programs that write to the pipeline's topics: starts traces, which the functions continue. */
export function traceStarter({ endpoint, service, oneIn, onFailure }: TraceStarterOptions): TraceStarter {
  const exporter = otlpExporter({ endpoint, resource: { 'service.name': service }, onFailure });
  const tracer = ownTracer((span) => exporter.add(span));
  let records = 0;
  return {
    begin(topic) {
      if (records++ % oneIn !== 0) return undefined;
      const span = tracer.startSpan(`send ${topic}`, {
        root: true,
        kind: SpanKind.PRODUCER,
        attributes: sendAttributes(topic),
      });
      return {
        traceparent: traceparentText(span.spanContext()),
        end(acknowledged) {
          if (!acknowledged) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    },
    flush: () => exporter.flush(FLUSH_MS),
  };
}
