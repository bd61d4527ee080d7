import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';

/** An error of a request, with its HTTP status. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly status: number;
  readonly parameter: string | undefined;

  constructor(status: number, message: string, parameter?: string) {
    super(message);
    this.status = status;
    this.parameter = parameter;
  }
}

/**
 * On every response. The page loads nothing from elsewhere, runs no inline script, and no other page can frame or
 * embed it.
 */
export const SECURITY_HEADERS: OutgoingHttpHeaders = {
  'content-security-policy':
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * Refuses what the page itself doesn't send. A site whose name leads to 127.0.0.1 (DNS rebinding) has another Host; a
 * page of another site has another Origin, or says `cross-site` itself.
 * @param port the port that the server listens on
 * @throws RequestError 403, or 415 for a body that isn't JSON: a form of another site can't send JSON
 */
export function admit({ headers, method }: IncomingMessage, port: number): void {
  const hosts = LOOPBACK.map((name) => `${name}:${port}`);
  const { host = '', origin } = headers;
  if (!hosts.includes(host)) throw new RequestError(403, 'the Host must be a loopback address with this port');
  if (origin !== undefined && origin !== `http://${host}`)
    throw new RequestError(403, 'the Origin must be that of the page');
  const isNavigation = headers['sec-fetch-mode'] === 'navigate';
  if (headers['sec-fetch-site'] === 'cross-site' && !isNavigation)
    throw new RequestError(403, 'a page of another site may not read this');
  if (method === 'GET' || method === 'HEAD') return;
  if (method !== 'POST') throw new RequestError(405, `${method} is not allowed`);
  if (origin === undefined) throw new RequestError(403, 'a POST needs the Origin of the page');
  if (!/^application\/json(;|$)/i.test(headers['content-type'] ?? ''))
    throw new RequestError(415, 'the content type must be application/json');
}
