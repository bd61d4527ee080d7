import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { lettersOf } from '#functions/ops/redrive/ask.ts';
import { stageService } from './stage.ts';

const SERVICE = `
service: example
frameworkVersion: "4"
provider: { name: aws, stage: dev, region: us-east-1, runtime: nodejs24.x }
functions: { redrive: { handler: redrive.handler } }
`;

let folder: string;
let server: Server;
/** What the stage's function was asked, and how it answers. */
let asked: unknown[];
let answer: (request: Record<string, unknown>, response: ServerResponse) => void;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dlq-stage-'));
  await writeFile(join(folder, 'serverless.yml'), SERVICE);
  server = createServer((request, response) => {
    void json(request).then((payload) => {
      asked.push(payload);
      answer(payload as Record<string, unknown>, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
    AWS_ENDPOINT_URL_LAMBDA: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  });
});
beforeEach(() => {
  asked = [];
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

const dev = () => stageService(['--stage', 'dev'], folder);

test("asks the stage's function for page after page", async () => {
  const cursor = { 0: [7, 9] };
  answer = (request, response) =>
    void response.end(JSON.stringify({ letters: ['letter'], others: 1, ...(!request['cursor'] && { cursor }) }));

  const found = await lettersOf(dev(), { topic: 'orders-dlq', filter: { codes: ['SCHEMA'] } });

  expect(found).toEqual({ letters: ['letter', 'letter'], others: 2 });
  const request = { action: 'letters', topic: 'orders-dlq', filter: { codes: ['SCHEMA'] } };
  expect(asked).toEqual([request, { ...request, cursor }]);
}, 60_000);

test('says why the function failed, and asks only once', async () => {
  answer = (_, response) => {
    const payload = { errorType: 'Error', errorMessage: 'a wrong request: topic' };
    response.setHeader('x-amz-function-error', 'Unhandled').end(JSON.stringify(payload));
  };

  const failed = dev()('sent', { id: 'r', topic: 'orders', since: 0 });

  await expect(failed).rejects.toThrow("the stage's function redrive failed: a wrong request: topic");
  expect(asked).toHaveLength(1);
}, 60_000);
