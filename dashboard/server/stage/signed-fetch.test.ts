import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { signedFetch } from './signed-fetch.ts';
import { DeployedStack } from './stack.ts';

const SECRET = 'a-secret';
const credentials = async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: SECRET, sessionToken: 'a-token' });

const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** The signature that AWS expects of a request (AWS: "Create a signed AWS API request"). */
function expectedSignature({ method, url = '', headers }: IncomingMessage, body: string): string {
  const { pathname, searchParams } = new URL(url, 'http://host');
  const [, scope = '', signed = ''] =
    /Credential=[^/]+\/([^,]+), SignedHeaders=([^,]+)/.exec(headers.authorization ?? '') ?? [];
  const [date = '', region = '', service = ''] = scope.split('/');
  const encode = (text: string) =>
    encodeURIComponent(text).replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
  const query = [...searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`).toSorted();
  const canonical = [
    method,
    // Every service but S3 encodes the path once more.
    pathname.split('/').map(encode).join('/'),
    query.join('&'),
    ...signed.split(';').map((name) => `${name}:${String(headers[name])}`),
    '',
    signed,
    hash(body),
  ].join('\n');
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, hash(canonical)].join('\n');
  const key = [region, service, 'aws4_request'].reduce(hmac, hmac(`AWS4${SECRET}`, date));
  return hmac(key, text).toString('hex');
}

const answers: Record<string, string> = {
  DescribeStacks: `<Outputs><member><OutputKey>Other</OutputKey><OutputValue>x</OutputValue></member><member>
    <OutputKey>HttpApiUrl</OutputKey>
    <OutputValue>https://abc.example/?a&amp;b</OutputValue></member></Outputs>`,
  GetTemplate: `<TemplateBody>{&quot;Resources&quot;:{&quot;A&#10;&lt;B&gt;&quot;:{}}}</TemplateBody>`.replace(
    '&#10;',
    '',
  ),
};

let server: Server;
let base: string;
const seen: { signature: string; expected: string; authorization: string; body: string }[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const authorization = request.headers.authorization ?? '';
      const signature = /Signature=(\w+)/.exec(authorization)?.[1] ?? '';
      seen.push({ signature, expected: expectedSignature(request, body), authorization, body });
      const action = new URLSearchParams(body).get('Action') ?? '';
      if (body.includes('no-stack')) response.writeHead(400);
      response.end(
        body.includes('no-stack') ? '<Message>Stack &apos;x&apos; does not exist</Message>' : answers[action],
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
afterEach(() => void seen.splice(0));

const signed = signedFetch('eu-central-1', credentials);
const stackOf = (name: string) => new DeployedStack(signed, 'eu-central-1', name, `${base}/`);

test.each([
  '/vehicles',
  '/vehicles?limit=10&cursor=eyJ2IjoiYSJ9',
  '/alerts?box=1%2C2&kind=a%20b',
  '/vehicles/V%201/track',
])('GET %s has the signature that AWS expects', async (path) => {
  await signed('execute-api', new URL(base + path));

  expect(seen).toEqual([expect.objectContaining({ signature: seen[0]?.expected })]);
  expect(seen[0]?.authorization).toMatch(/AKIDEXAMPLE\/\d{8}\/eu-central-1\/execute-api\/aws4_request/);
  expect(seen[0]?.authorization).toContain('x-amz-security-token');
});

test("a stack's API and template are read by signed requests that only read", async () => {
  const stack = stackOf('msk-pipeline-dev');

  expect(await stack.apiUrl()).toBe('https://abc.example/?a&b');
  expect(await stack.template()).toEqual({ Resources: { 'A<B>': {} } });
  for (const { signature, expected } of seen) expect(signature).toBe(expected);
  expect(seen.map(({ body }) => new URLSearchParams(body).get('Action'))).toEqual(['DescribeStacks', 'GetTemplate']);
});

test('the error of a stack that does not exist is its own', async () => {
  await expect(stackOf('no-stack').apiUrl()).rejects.toThrow("CloudFormation DescribeStacks: Stack 'x' does not exist");
});
