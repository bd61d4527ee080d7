import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SERVICE = `
service: example
frameworkVersion: "4"
provider: { name: aws, stage: dev, region: us-east-1, runtime: nodejs24.x }
functions: { smoke: { handler: smoke.handler } }
`;

let folder: string;
let server: Server;
let requests: string[];
let answer: RequestListener;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'call-'));
  await writeFile(join(folder, 'serverless.yml'), SERVICE);
  server = createServer((request, response) => {
    requests.push(String(request.url));
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  requests = [];
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

/** Runs the command against the test's server instead of Lambda. The environment asks for a timeout of 300 ms. */
function call(...args: string[]): Promise<{ code: number; output: string }> {
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
    AWS_ENDPOINT_URL_LAMBDA: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_CLIENT_TIMEOUT: '300',
  };
  const command = join(import.meta.dirname, 'call.ts');
  return new Promise((resolve) => {
    execFile(process.execPath, [command, ...args], { cwd: folder, env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    );
  });
}

const INVOCATION = '/2015-03-31/functions/example-dev-smoke/invocations';

test('waits for a slow function, and prints what it returns', async () => {
  answer = (_, response) => void setTimeout(() => response.end('{"marker":"smoke-1"}'), 1_500);

  expect(await call('smoke', '--stage', 'dev')).toEqual({ code: 0, output: expect.stringContaining('smoke-1') });
  expect(requests).toEqual([INVOCATION]);
});

test('says why the function failed', async () => {
  answer = (_, response) => {
    const payload = { errorType: 'Error', errorMessage: 'smoke-1: PostgreSQL: no answer' };
    response.setHeader('x-amz-function-error', 'Unhandled').end(JSON.stringify(payload));
  };

  expect(await call('smoke')).toEqual({ code: 1, output: expect.stringContaining('smoke-1: PostgreSQL: no answer') });
});

test('does not invoke a function again that may still be running', async () => {
  answer = (request) => request.socket.destroy();

  expect(await call('smoke')).toMatchObject({ code: 1 });
  expect(requests).toEqual([INVOCATION]);
});

test('without a function name it exits with code 2', async () => {
  expect(await call()).toEqual({ code: 2, output: expect.stringContaining('npm run call -- --help') });
});
