/**
 * A proxy on the admin instance. It signs requests with the instance's role and sends them to OpenSearch. Operators
 * reach it by a port that Session Manager forwards (docs/alerts.md). It has no dependencies, because it is part of the
 * instance's user data (instances.yml).
 *
 *   search-proxy https://vpc-….us-east-1.es.amazonaws.com
 */
import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, request as overHttp, type Server, type ServerResponse } from 'node:http';
import { request as overHttps } from 'node:https';
import { buffer } from 'node:stream/consumers';

/** In the format of the instance's metadata. */
export interface Credentials {
  AccessKeyId: string;
  SecretAccessKey: string;
  Token: string;
}
/** The service is `es` for a domain, `aoss` for a collection. */
export interface Scope {
  region: string;
  service: string;
}

const PORT = 9200;
const SIGNED = 'host;x-amz-content-sha256;x-amz-date;x-amz-security-token';

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();
const encoded = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/** Headers of a signed request ("Create a signed AWS API request", Signature Version 4). */
export function signature(
  { method, url, body, date }: { method: string; url: URL; body: Buffer; date: Date },
  { AccessKeyId, SecretAccessKey, Token }: Credentials,
  { region, service }: Scope,
): Record<string, string> {
  const time = date.toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = [time.slice(0, 8), region, service, 'aws4_request'];
  const headers = {
    host: url.host,
    'x-amz-content-sha256': sha256(body),
    'x-amz-date': time,
    'x-amz-security-token': Token,
  };
  const query = [...url.searchParams]
    .map(([name, value]) => [encoded(name), encoded(value)] as const)
    .sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1))
    .map((pair) => pair.join('='));
  const canonical = [
    method,
    url.pathname.split('/').map(encoded).join('/'),
    query.join('&'),
    ...Object.entries(headers).map((header) => header.join(':')),
    '',
    SIGNED,
    headers['x-amz-content-sha256'],
  ].join('\n');
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${SecretAccessKey}`);
  const text = ['AWS4-HMAC-SHA256', time, scope.join('/'), sha256(canonical)].join('\n');
  const authorization = [
    `AWS4-HMAC-SHA256 Credential=${[AccessKeyId, ...scope].join('/')}`,
    `SignedHeaders=${SIGNED}`,
    `Signature=${hmac(key, text).toString('hex')}`,
  ].join(', ');
  return { ...headers, authorization };
}

/** Rejects another Host header: a web page could send it by DNS rebinding. */
export function searchProxy(node: URL, credentials: () => Promise<Credentials>, scope: Scope): Server {
  return createServer((incoming, outgoing) => {
    if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(incoming.headers.host ?? '')) return outgoing.writeHead(403).end();
    void pass(incoming, outgoing).catch((error: Error) => outgoing.writeHead(502).end(`${error.message}\n`));
  });

  async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = 'GET', headers } = incoming;
    const body = await buffer(incoming);
    const url = new URL(incoming.url ?? '/', node);
    const signed = signature({ method, url, body, date: new Date() }, await credentials(), scope);
    const { connection: _, expect: __, 'transfer-encoding': ___, ...others } = headers;
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const send = url.protocol === 'https:' ? overHttps : overHttp;
      send(url, { method, headers: { ...others, ...signed, 'content-length': body.length } }, resolve)
        .on('error', reject)
        .end(body);
    });
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  }
}

/** Credentials of the instance's role, from its metadata (IMDSv2). */
async function ofInstance(): Promise<Credentials> {
  const root = 'http://169.254.169.254/latest/';
  const ttl = { 'x-aws-ec2-metadata-token-ttl-seconds': '60' };
  const token = await (await fetch(`${root}api/token`, { method: 'PUT', headers: ttl })).text();
  const get = async (name: string) => {
    const path = `${root}meta-data/iam/security-credentials/${name}`;
    return (await fetch(path, { headers: { 'x-aws-ec2-metadata-token': token } })).text();
  };
  return JSON.parse(await get(await get('')));
}

if (import.meta.main) {
  const node = URL.parse(process.argv[2] ?? '');
  const [, region, service] = /\.([\w-]+)\.(es|aoss)\.amazonaws\.com$/.exec(node?.hostname ?? '') ?? [];
  if (!node || !region || !service) {
    console.error('search-proxy https://…: the address of the domain or collection (SearchNode of the stack)');
    process.exit(2);
  }
  searchProxy(node, ofInstance, { region, service }).listen(PORT, '127.0.0.1', () => {
    console.log(`127.0.0.1:${PORT} is ${node.host}, until Ctrl-C`);
  });
}
