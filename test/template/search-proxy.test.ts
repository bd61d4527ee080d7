import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { createServer, type IncomingMessage, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SignatureV4 } from '@smithy/signature-v4';
import { searchProxy, signature } from '#resources/admin/search-proxy.ts';

const credentials = { AccessKeyId: 'AKID', SecretAccessKey: 'secret', Token: 'token' };
const scope = { region: 'eu-west-1', service: 'es' };

/** A hash function for the SDK's signer. */
class Sha256 {
  readonly #hash: Hash | Hmac;
  constructor(secret?: Uint8Array | string) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
  }
  update(data: Uint8Array | string): void {
    this.#hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

test.each([
  ['GET', '/', ''],
  ['GET', '/alerts-*/_search?q=vehicleId:V1 OR x&size=2&a=b&a-b=c&empty=', ''],
  ['POST', '/alerts-2026.11/_doc/raw-data-topic-0-1%2FSpeeding', '{"ü":"*"}'],
])("%s %s gets the same signature as from AWS's own signer", async (method, path, body) => {
  const url = new URL(path, 'https://vpc-x.eu-west-1.es.amazonaws.com');
  const date = new Date('2026-11-21T10:00:00.123Z');

  const ours = signature({ method, url, body: Buffer.from(body), date }, credentials, scope);

  const { authorization, 'x-amz-content-sha256': hash, host = '' } = ours;
  const signer = new SignatureV4({
    ...scope,
    sha256: Sha256 as never,
    credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'token' },
  });
  const theirs = await signer.sign(
    {
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { host, 'x-amz-content-sha256': hash ?? '' },
      body,
    },
    { signingDate: date },
  );
  expect(authorization).toBe(theirs.headers['authorization']);
});

/** Sends a request through the proxy. Returns the response, and the request that arrived behind the proxy. */
async function throughProxy(path: string, headers: Record<string, string>, body = '') {
  let arrived: { request: IncomingMessage; body: string } | undefined;
  const search = createServer((request, response) => {
    void text(request).then((received) => {
      arrived = { request, body: received };
      response.writeHead(201, { 'content-type': 'application/json' }).end('{"took":1}');
    });
  });
  const portOf = async (server: typeof search) => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  const node = new URL(`http://127.0.0.1:${await portOf(search)}`);
  const proxy = searchProxy(node, async () => credentials, scope);
  const port = await portOf(proxy);
  try {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      send({ host: '127.0.0.1', port, method: 'POST', path, headers, agent: false }, resolve)
        .on('error', reject)
        .end(body);
    });
    return { status: answer.statusCode, text: await text(answer), arrived, node };
  } finally {
    proxy.close();
    search.close();
  }
}

test('a request arrives signed, with its headers and body, and gets its response', async () => {
  const path = '/_dashboards/api/saved_objects/_import?x=1';
  const headers = { host: '127.0.0.1:9201', 'osd-xsrf': 'true', 'content-type': 'application/json' };

  const { status, text: answer, arrived, node } = await throughProxy(path, headers, '{"a":1}');

  expect([status, answer]).toEqual([201, '{"took":1}']);
  expect(arrived?.body).toBe('{"a":1}');
  expect(arrived?.request).toMatchObject({ method: 'POST', url: path });
  expect(arrived?.request.headers).toMatchObject({
    host: node.host,
    'osd-xsrf': 'true',
    'x-amz-security-token': 'token',
    authorization: expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-west-1\/es\/aws4_request, /),
  });
});

test('a request with another host name is rejected', async () => {
  const { status, arrived } = await throughProxy('/', { host: 'evil.example:9201' });

  expect(status).toBe(403);
  expect(arrived).toBeUndefined();
});
