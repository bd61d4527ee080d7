import type { Coordinates } from './kafka/records.ts';

/** A call of a store. */
export interface StoreSpan {
  /** the store's code in errors: S3, DYNAMODB */
  readonly store: string;
  /** the operation's name in the store's API */
  readonly operation: string;
  /** the records that the call writes: each one with a trace of its own gets a span of this call in that trace */
  readonly records?: readonly Coordinates[] | undefined;
}

/** A record to produce, and the record that it was made from. */
export interface SentMessage {
  readonly topic: string;
  readonly from?: Coordinates;
}

/** Makes the spans: call-tracer.ts. */
export interface CallTracer {
  send<T>(messages: readonly SentMessage[], work: () => Promise<T>): Promise<T>;
  store<T>(call: StoreSpan, work: () => Promise<T>): Promise<T>;
  /** the traceparent of a record's span; undefined if it has none */
  traceparentOf(record: Coordinates): string | undefined;
  /** the trace of the active span */
  activeTraceId(): string | undefined;
}

let tracer: CallTracer | undefined;

/**
 * Switches tracing on for this process; undefined switches it off. The code that calls stores and Kafka knows no more
 * of tracing than this file, so that tracing costs nothing where it is off.
 */
export function setTracer(to: CallTracer | undefined): void {
  tracer = to;
}

/** Sends messages in a span for each topic. */
export function inSendSpan<T>(messages: readonly SentMessage[], send: () => Promise<T>): Promise<T> {
  return tracer === undefined ? send() : tracer.send(messages, send);
}

/** Calls a store in a span. */
export function inStoreSpan<T>(span: StoreSpan, call: () => Promise<T>): Promise<T> {
  return tracer === undefined ? call() : tracer.store(span, call);
}

/** The traceparent of a record's span; undefined if it has none. */
export function spanTraceparent(record: Coordinates): string | undefined {
  return tracer?.traceparentOf(record);
}

/** The trace of the batch that is processed; undefined without tracing. */
export function activeTraceId(): string | undefined {
  return tracer?.activeTraceId();
}
