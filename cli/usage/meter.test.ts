import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Invocation, meteredEnvironment } from './metered.ts';

let server: Server;
let endpoint: string;
let folder: string;
beforeAll(async () => {
  server = createServer((call, answer) => call.resume().on('end', () => answer.end('{}')));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  folder = mkdtempSync(join(tmpdir(), 'meter-'));
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs one invocation that makes these calls. */
async function metered(endpoints: Record<string, string>, calls: object[]): Promise<Invocation> {
  const file = join(folder, `${randomUUID()}.ndjson`);
  const child = fork(join(import.meta.dirname, 'meter.fixture.cjs'), [], {
    env: {
      AWS_LAMBDA_FUNCTION_NAME: 'msk-pipeline-local-someSink',
      AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1',
      AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1',
      ...endpoints,
      ...meteredEnvironment(file),
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const value = Buffer.from('123456').toString('base64');
  const record = { topic: 'orders', partition: 0, value, key: Buffer.from('123').toString('base64') };
  const records = { 'orders-0': [record, record], 'orders-1': [{ ...record, key: null }] };
  child.send({ event: JSON.stringify({ records, calls: calls.map((call) => ({ endpoint, ...call })) }) });
  await once(child, 'message');
  child.kill('SIGKILL');
  await once(child, 'exit');
  return JSON.parse(readFileSync(file, 'utf8')) as Invocation;
}

const dynamodb = (operation: string, input: object) => ({
  method: 'POST',
  path: '/',
  headers: { 'x-amz-target': `DynamoDB_20120810.${operation}` },
  body: JSON.stringify(input),
});

test('an invocation has its records, bytes, CPU, memory and log', async () => {
  const used = await metered({}, []);

  expect(used).toMatchObject({
    function: 'someSink',
    topic: 'orders',
    partitions: 2,
    records: 3,
    bytes: 24,
    calls: {},
  });
  expect(used.logBytes).toBe('one line\n'.length);
  expect(used.cpuMs).toBeGreaterThan(0);
  expect(used.rssMb).toBeGreaterThan(10);
});

test('calls to DynamoDB have the request units of their table', async () => {
  const text = { S: 'x'.repeat(1_500) };
  const { calls } = await metered({ AWS_ENDPOINT_URL_DYNAMODB: endpoint }, [
    dynamodb('PutItem', { TableName: 'stack-OrdersTable', Item: { id: { S: 'a' } } }),
    dynamodb('PutItem', { TableName: 'stack-OrdersTable', Item: { text } }),
    dynamodb('BatchExecuteStatement', {
      Statements: [
        { Statement: 'UPDATE "stack-UsersTable" SET version=? WHERE user_id=?', Parameters: [{ S: 'a' }, { N: '1' }] },
        { Statement: 'UPDATE "stack-UsersTable" SET version=? WHERE user_id=?', Parameters: [text, { N: '1' }] },
      ],
    }),
    dynamodb('BatchGetItem', { RequestItems: { 'stack-TripsTable': { Keys: [{}, {}, {}], ConsistentRead: true } } }),
    dynamodb('GetItem', { TableName: 'stack-CheckpointsTable', Key: {} }),
  ]);

  const units = Object.entries(calls).map(([name, each]) => [name, each.calls, each.units]);
  expect(units).toEqual([
    ['dynamodb.PutItem OrdersTable', 2, 3],
    ['dynamodb.BatchExecuteStatement UsersTable', 1, 3],
    ['dynamodb.BatchGetItem TripsTable', 1, 3],
    ['dynamodb.GetItem CheckpointsTable', 1, 0.5],
  ]);
});

test('objects and statements have the bytes of their requests', async () => {
  const { calls } = await metered({ AWS_ENDPOINT_URL_S3: endpoint }, [
    { method: 'PUT', path: '/bucket/key', headers: {}, body: 'x'.repeat(70) },
  ]);
  expect(calls).toEqual({ 's3.PUT': { calls: 1, bytes: 70, units: 1 } });

  const others = await metered({}, [
    { method: 'POST', path: '/Execute', headers: {}, body: '12345' },
    { method: 'POST', path: '/_bulk', headers: {}, body: '1' },
  ]);
  expect(others.calls).toMatchObject({ 'rdsData.Execute': { bytes: 5 }, 'opensearch.bulk': { calls: 1 } });
});
