import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { customResource, type Work } from './customResource.ts';

interface Answer {
  body: Record<string, string>;
  bytes: number;
  headers: IncomingHttpHeaders;
  method: string | undefined;
}

/** Stands for CloudFormation: replies to answers with these statuses, then with 200. */
async function responseUrl(...statuses: number[]) {
  const answers: Answer[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks);
      const { headers, method } = request;
      answers.push({ body: JSON.parse(text.toString()), bytes: text.length, headers, method });
      response.writeHead(statuses.shift() ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/answer?signature=abc`;
  return { url, answers, [Symbol.asyncDispose]: async () => void server.close() };
}

function request(type: 'Create' | 'Update' | 'Delete', url: string): CloudFormationCustomResourceEvent {
  const common = { StackId: 'stack', RequestId: 'request', LogicalResourceId: 'SetUp', ResponseURL: url };
  const rest = type === 'Create' ? {} : { PhysicalResourceId: 'as-before' };
  return { RequestType: type, ...common, ...rest } as CloudFormationCustomResourceEvent;
}

/** An invocation with this time left. */
function invocation(ms: number) {
  const end = Date.now() + ms;
  return { getRemainingTimeInMillis: () => end - Date.now() };
}

/** The work has the time of its invocation, minus one minute. */
const MINUTE = 60_000;
const quick = { reserveMs: MINUTE, attemptMs: MINUTE, pauseMs: 1 };
const work: Work = async () => ({ applied: ['001_fleet'] });

test('work that ends well is a success, and the physical id never changes', async () => {
  await using cloudFormation = await responseUrl();

  await customResource(work, quick)(request('Create', cloudFormation.url), invocation(2 * MINUTE));
  await customResource(work, quick)(request('Update', cloudFormation.url), invocation(2 * MINUTE));

  expect(cloudFormation.answers.map(({ body }) => body)).toEqual([
    {
      Status: 'SUCCESS',
      Reason: '{"applied":["001_fleet"]}',
      PhysicalResourceId: 'SetUp-of-stack',
      StackId: 'stack',
      RequestId: 'request',
      LogicalResourceId: 'SetUp',
    },
    expect.objectContaining({ Status: 'SUCCESS', PhysicalResourceId: 'as-before' }),
  ]);
  expect(cloudFormation.answers[0]?.method).toBe('PUT');
  expect(cloudFormation.answers[0]?.headers['content-type']).toBeUndefined();
});

test.each<[what: string, work: Work, reason: string | RegExp]>([
  ['that is rejected', () => Promise.reject(new Error('migration 003: syntax error')), 'migration 003: syntax error'],
  [
    'that throws at once',
    () => {
      throw new Error('configuration: DATABASE_ARN');
    },
    'configuration: DATABASE_ARN',
  ],
  ['that rejects with no error', () => Promise.reject('a text'), 'a text'],
  ['that never ends', () => new Promise(() => {}), /did not end within/],
])('work %s is a failure, and is answered in time', async (_, failing, reason) => {
  await using cloudFormation = await responseUrl();
  const context = invocation(MINUTE + 50);

  await customResource(failing, quick)(request('Create', cloudFormation.url), context);

  expect(context.getRemainingTimeInMillis()).toBeGreaterThan(MINUTE / 2);
  expect(cloudFormation.answers).toHaveLength(1);
  expect(cloudFormation.answers[0]?.body['Status']).toBe('FAILED');
  expect(cloudFormation.answers[0]?.body['Reason']).toMatch(reason);
});

test('an invocation without time for the work still answers', async () => {
  await using cloudFormation = await responseUrl();

  await customResource(() => new Promise(() => {}), quick)(request('Update', cloudFormation.url), invocation(100));

  expect(cloudFormation.answers[0]?.body['Status']).toBe('FAILED');
});

test('a delete does no work, and succeeds', async () => {
  await using cloudFormation = await responseUrl();
  const forbidden: Work = () => Promise.reject(new Error('called'));

  await customResource(forbidden, quick)(request('Delete', cloudFormation.url), invocation(2 * MINUTE));

  expect(cloudFormation.answers[0]?.body).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'as-before' });
});

test('a rejected answer is sent again, and is short enough', async () => {
  await using cloudFormation = await responseUrl(503, 500);
  const verbose: Work = () => Promise.reject(new Error('é'.repeat(10_000)));

  await customResource(verbose, quick)(request('Create', cloudFormation.url), invocation(2 * MINUTE));

  expect(cloudFormation.answers).toHaveLength(3);
  expect(cloudFormation.answers[2]?.bytes).toBeLessThan(4096);
});

test('if no answer is accepted, the invocation fails, so that Lambda repeats it', async () => {
  await using cloudFormation = await responseUrl(403, 403, 403, 403);

  await expect(
    customResource(work, quick)(request('Create', cloudFormation.url), invocation(2 * MINUTE)),
  ).rejects.toThrow('CloudFormation did not accept the answer: status 403');
});
