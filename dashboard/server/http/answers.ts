import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Problem } from '../../contract.ts';
import { RequestError, SECURITY_HEADERS } from './guard.ts';

const MOST_BODY_BYTES = 2 * 1024 * 1024;

export function answer(response: ServerResponse, status: number, type: string, body: string | Uint8Array): void {
  response.writeHead(status, { ...SECURITY_HEADERS, 'content-type': type, 'cache-control': 'no-store' });
  response.end(body);
}

export function answerJson(response: ServerResponse, body: unknown, status = 200): void {
  answer(response, status, 'application/json', JSON.stringify(body));
}

/** Answers an error. One that isn't the request's fault says only what failed. */
export function answerError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, parameter } = error instanceof RequestError ? error : { status: 502, parameter: undefined };
  const message = error instanceof Error ? error.message : String(error);
  const problem: Problem = { error: message, ...(parameter !== undefined && { parameter }) };
  answerJson(response, problem, status);
}

/**
 * Reads a JSON object.
 * @throws RequestError 413 or 400
 */
export async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // The rest is read all the same: to leave the loop would end the connection without an answer.
    if (bytes <= MOST_BODY_BYTES) chunks.push(chunk);
  }
  if (bytes > MOST_BODY_BYTES) throw new RequestError(413, `the body is larger than ${MOST_BODY_BYTES} bytes`);
  try {
    const parsed: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
      return parsed as Record<string, unknown>;
  } catch {
    // The error below is enough, and doesn't repeat the text.
  }
  throw new RequestError(400, 'the body must be a JSON object');
}
