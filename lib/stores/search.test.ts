import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type SearchAuth, type SearchRequest, searchClient } from './search.ts';

const SECRET = 'secret';
Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'KEY', AWS_SECRET_ACCESS_KEY: SECRET, AWS_SESSION_TOKEN: 'token' });

let server: Server;
let asked: { request: IncomingMessage; body: string }[];
let answer: { status: number; body: string };
let node: string;
beforeEach(async () => {
  asked = [];
  answer = { status: 200, body: '{"done":true}' };
  server = createServer((request, response) => {
    void text(request).then((body) => {
      asked.push({ request, body });
      if (answer.status > 0) response.writeHead(answer.status).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  node = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function send(request: SearchRequest, auth: SearchAuth = 'none'): Promise<unknown> {
  const client = searchClient({ node, auth, region: 'eu-west-1' });
  try {
    return await client.send(request);
  } finally {
    client.close();
  }
}

test('sends an object as JSON and a list as lines of JSON, and returns the answer', async () => {
  expect(await send({ method: 'PUT', path: '/a', body: { text: 'é' } })).toEqual({ done: true });
  await send({ method: 'POST', path: '/_bulk', body: [{ create: {} }, { text: '1\n2' }] });
  await send({ method: 'DELETE', path: '/a', query: { ignore_unavailable: 'true' } });

  expect(
    asked.map(({ request: { method, url, headers }, body }) => [method, url, headers['content-type'], body]),
  ).toEqual([
    ['PUT', '/a', 'application/json', '{"text":"é"}'],
    ['POST', '/_bulk', 'application/x-ndjson', '{"create":{}}\n{"text":"1\\n2"}\n'],
    ['DELETE', '/a?ignore_unavailable=true', undefined, ''],
  ]);
});

test.each(['es', 'aoss'] as const)('what is sent has the signature for %s', async (service) => {
  await send({ method: 'GET', path: '/alerts-*', query: { b: 'x y', allow: 'true' } }, service);
  await send({ method: 'POST', path: '/_bulk', body: [{ text: 'é' }] }, service);

  for (const { request, body } of asked) {
    const { authorization = '' } = request.headers;
    expect(authorization).toContain(`Signature=${signatureOf(request, body, service)}`);
    // A collection requires both.
    expect(request.headers['x-amz-content-sha256']).toBe(sha256(body));
    expect(request.headers['x-amz-security-token']).toBe('token');
  }
  expect(asked).toHaveLength(2);
});

test.each([
  [400, '{"error":{"type":"mapper_parsing_exception","reason":"secret text"}}', '400 (mapper_parsing_exception)'],
  [503, '<html>secret text</html>', '503'],
])('a status of %d is an error without the text of the answer', async (status, body, message) => {
  answer = { status, body };

  await expect(send({ method: 'GET', path: '/a' })).rejects.toMatchObject({
    name: 'SearchError',
    message: `OpenSearch answered ${message}`,
    statusCode: status,
  });
});

test('the time limit may be a fraction, as what remains of a deadline is', async () => {
  expect(await send({ method: 'GET', path: '/a', timeoutMs: 999.5 })).toEqual({ done: true });
});

test('no answer in time, or nobody who answers, is an error', async () => {
  answer = { status: 0, body: '' };

  await expect(send({ method: 'GET', path: '/a', timeoutMs: 50 })).rejects.toThrow();
  node = 'http://127.0.0.1:1';
  await expect(send({ method: 'GET', path: '/a' })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

const sha256 = (value: string) => createHash('sha256').update(value).digest('hex');
const hmac = (key: string | Buffer, value: string) => createHmac('sha256', key).update(value).digest();
const encoded = (value: string) => encodeURIComponent(value).replaceAll('*', '%2A');

/** The signature of a received request, as AWS computes it ("Create a signed AWS API request"). */
function signatureOf({ method, url = '', headers }: IncomingMessage, body: string, service: string): string {
  const [path = '', query = ''] = url.split('?');
  const [, scope = '', names = ''] =
    /Credential=KEY\/(\S+), SignedHeaders=(\S+),/.exec(headers.authorization ?? '') ?? [];
  const request = [
    method,
    path.split('/').map(encoded).join('/'),
    query.split('&').toSorted().join('&'),
    ...names.split(';').map((name) => `${name}:${String(headers[name])}`),
    '',
    names,
    sha256(body),
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(request)].join('\n');
  const [day = ''] = scope.split('/');
  const key = ['eu-west-1', service, 'aws4_request'].reduce(hmac, hmac(`AWS4${SECRET}`, day));
  return hmac(key, toSign).toString('hex');
}
