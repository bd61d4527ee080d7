import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Attributes } from '@opentelemetry/api';
import { otlpBody } from './otlp.ts';
import type { EndedSpan } from './span.ts';

export interface Exporter {
  /** Keeps a span for the next flush. */
  add(span: EndedSpan): void;
  /** Sends the spans that have ended in one request of at most `ms`. Never rejects. */
  flush(ms: number): Promise<void>;
}

export interface ExporterOptions {
  /** the collector's base URL, as OTEL_EXPORTER_OTLP_ENDPOINT has it: http://127.0.0.1:4318 */
  readonly endpoint: string;
  readonly resource: Attributes;
  /** called when exporting begins to fail, not again before it has worked in between */
  readonly onFailure: (reason: string) => void;
}

/** The most spans of a request, about 400 KB. Further ones are dropped. */
const MOST_SPANS = 1_000;
/** ms without another try after a failure: a collector that hangs must not hold up every batch. */
const PAUSE_MS = 30_000;

/** Sends spans to an OTLP collector by HTTP. */
export function otlpExporter({ endpoint, resource, onFailure }: ExporterOptions): Exporter {
  const url = new URL('v1/traces', endpoint.endsWith('/') ? endpoint : `${endpoint}/`);
  let spans: EndedSpan[] = [];
  let pausedUntil = 0;
  let failing = false;
  return {
    add(span) {
      if (spans.length < MOST_SPANS) spans.push(span);
    },
    async flush(ms) {
      const ended = spans;
      spans = [];
      if (ended.length === 0 || ms <= 0 || performance.now() < pausedUntil) return;
      try {
        await post(url, otlpBody(resource, ended), ms);
        failing = false;
      } catch (error) {
        pausedUntil = performance.now() + PAUSE_MS;
        const { name, message } = error as Error;
        if (!failing) onFailure(name === 'AbortError' ? `no answer within ${Math.round(ms)} ms` : message);
        failing = true;
      }
    },
  };
}

/** A connection for each request: one that is kept open may be dead after Lambda has frozen the process. */
function post(url: URL, body: string, ms: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const options = {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    agent: false,
    signal: AbortSignal.timeout(Math.ceil(ms)),
  } as const;
  const sending = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options, (response) => {
    const { statusCode = 0 } = response.resume();
    if (statusCode < 400) response.on('end', resolve).on('error', reject);
    else reject(new Error(`the collector answered ${statusCode}`));
  });
  sending.on('error', reject).end(body);
  return promise;
}
