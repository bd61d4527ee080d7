import type { Attributes, AttributeValue } from '@opentelemetry/api';
import type { EndedSpan } from './span.ts';

/**
 * The body of a request to an OTLP collector, in OTLP's JSON form ("OTLP Specification", "JSON Protobuf Encoding"): ids
 * in hex, times in nanoseconds as text.
 */
export function otlpBody(resource: Attributes, spans: readonly EndedSpan[]): string {
  const scopeSpans = [{ scope: { name: 'msk-lambda-pipeline' }, spans: spans.map(encoded) }];
  return JSON.stringify({ resourceSpans: [{ resource: { attributes: list(resource) }, scopeSpans }] });
}

function encoded({ name, kind, context, parentSpanId, start, end, attributes, links, status }: EndedSpan) {
  return {
    traceId: context.traceId,
    spanId: context.spanId,
    parentSpanId,
    name,
    // The API counts kinds from 0, OTLP from 1.
    kind: kind + 1,
    startTimeUnixNano: nanoseconds(start),
    endTimeUnixNano: nanoseconds(end),
    attributes: list(attributes),
    links: links.map(({ context: { traceId, spanId } }) => ({ traceId, spanId })),
    status,
  };
}

/** Half a microsecond is the best that a number of ms since the epoch can tell. */
const nanoseconds = (ms: number): string => `${Math.round(ms * 1_000)}000`;

function list(attributes: Attributes) {
  return Object.entries(attributes).flatMap(([key, value]) => (value === undefined ? [] : { key, value: any(value) }));
}

function any(value: AttributeValue): object {
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (typeof value === 'string') return { stringValue: value };
  return { arrayValue: { values: value.flatMap((one) => (one === null || one === undefined ? [] : any(one))) } };
}
