import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client } from '@aws-sdk/client-s3';
import { plenty } from '#test/support/deadlines.ts';
import { oneAttempt } from './call.ts';
import { immutableObjects } from './objects.ts';

/** Answers of S3 that a local S3 server doesn't give on demand. */
let answer: RequestListener;
let server: Server;
let client: S3Client;
beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    request.on('end', () => answer(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = new S3Client({
    ...oneAttempt,
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
});
afterAll(() => {
  client.destroy();
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

const create = () =>
  immutableObjects('bucket', client).create(
    'key',
    { body: Buffer.from('new'), contentType: 'text/plain', metadata: { end: '5' } },
    plenty,
  );

test('a put is conditional, and returns its own metadata if it created the object', async () => {
  let condition: string | undefined;
  answer = ({ headers }, response) => {
    condition = headers['if-none-match'];
    response.end();
  };

  expect(await create()).toEqual({ end: '5' });
  expect(condition).toBe('*');
});

test('after a 412, returns the metadata of the stored object', async () => {
  answer = ({ method }, response) => {
    if (method === 'PUT') response.writeHead(412).end('<Error><Code>PreconditionFailed</Code></Error>');
    else response.writeHead(200, { 'x-amz-meta-end': '3' }).end();
  };

  expect(await create()).toEqual({ end: '3' });
});

test.each([
  [409, 'ConditionalRequestConflict'],
  [503, 'SlowDown'],
  [403, 'AccessDenied'],
])('a %d (%s) is a transient failure', async (status, code) => {
  answer = (_, response) => response.writeHead(status).end(`<Error><Code>${code}</Code></Error>`);

  await expect(create()).rejects.toMatchObject({ retriable: true, message: `S3 failed: ${code} ${status}` });
});

test('an object that is deleted between the refused put and the HEAD is a transient failure', async () => {
  answer = ({ method }, response) => response.writeHead(method === 'PUT' ? 412 : 404).end();

  await expect(create()).rejects.toMatchObject({ retriable: true });
});
