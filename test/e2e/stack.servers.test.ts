import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CreateTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { withAdmin } from '#cli/topic.ts';
import { kafkaOf, NOWHERE } from '#local/deploy/servers.ts';
import { identify } from '#local/servers/process/process-identity.ts';
import { readStack, type Stack, type StackOptions, startStack } from '#local/stack.ts';
import { query } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { whileFrozen } from '../support/freeze.ts';
import { keepOnFailure } from '../support/kept-logs.ts';
import { listenersOf } from '../support/processes.ts';
import { createTopics } from '../support/topics.ts';

const execute = promisify(execFile);
const account = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  maxAttempts: 1,
};

describe('the stack of local servers', () => {
  let root: string;
  let stack: Stack | undefined;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'stack-test-'));
    keepOnFailure('logs', join(root, '.local', 'logs'));
  });
  afterEach(async () => {
    await stack?.stop();
    stack = undefined;
    await rm(root, { recursive: true, force: true });
  });

  async function start(options: Partial<StackOptions> = {}): Promise<Stack> {
    stack = await startStack({ stage: 'local', root, ...options });
    return stack;
  }

  test('has every server, only on 127.0.0.1, and a file with endpoints; a stop leaves nothing', async () => {
    const { endpoints, servers } = await start();
    const pids = servers.flatMap((server) => server.process?.pid ?? []);

    expect(servers.map(({ name }) => name)).toEqual(['kafka', 'dynamodb', 's3', 'postgres', 'rds-data']);
    expect((await readStack(root)).endpoints).toEqual(endpoints);
    if (process.platform === 'linux') expect(await listeningAddresses(pids)).toEqual(['127.0.0.1']);
    const { data } = await readStack(root);

    await stack?.stop();

    expect(await running(pids)).toEqual([]);
    expect(existsSync(data)).toBe(false);
    await expect(readStack(root)).rejects.toThrow('no running stack');
  }, 600_000);

  test('runs Connect and OpenSearch too, only on 127.0.0.1; kept data works with and without them', async () => {
    const keep = join(root, 'kept');
    const more = { keep, connect: true, search: true };
    const first = await start(more);
    const pids = ['connect', 'opensearch'].map((name) => first.server(name).process?.pid ?? 0);
    if (process.platform === 'linux') expect(await listeningAddresses(pids)).toEqual(['127.0.0.1']);
    await fill(first);
    await produceFirst(first.endpoints, 'product-metrics', '{"order_count":1}');
    expect(await lineInFile(root)).toBe('{"order_count":1}\n');
    const document = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{"kept":"yes"}' };
    expect((await fetch(`${first.endpoints.opensearch}/kept/_doc/1`, document)).status).toBe(201);
    await first.stop();
    expect(await running(pids)).toEqual([]);

    const without = await start({ keep });
    expect(without.servers.map(({ name }) => name)).not.toContain('connect');
    expect(without.endpoints.opensearch).toBe(NOWHERE);
    expect(await contents(without)).toEqual({ kafka: 1, dynamodb: 'yes', s3: 'yes', postgres: 'yes' });
    await without.stop();

    const again = await start(more);
    const found = await fetch(`${again.endpoints.opensearch}/kept/_doc/1`);
    expect(await found.json()).toMatchObject({ _source: { kept: 'yes' } });
  }, 1_200_000);

  test('with three brokers, a topic has three replicas; a frozen broker is the only one that does not answer', async () => {
    const { endpoints, servers, server } = await start({ brokers: 3, minimal: true });
    const recorded = (await readStack(root)).processes.map(({ name }) => name);
    expect(recorded.toSorted()).toEqual(['dynamodb', 'kafka', 'kafka-2', 'kafka-3']);

    await createTopics(endpoints.kafka, [{ topic: 'replicated', numPartitions: 3, replicationFactor: 3 }]);

    const asked = { topics: ['replicated'] };
    const { topics } = await withAdmin(kafkaOf(endpoints, 'test'), (admin) => admin.fetchTopicMetadata(asked));
    expect(topics[0]?.partitions.map(({ replicas }) => replicas.length)).toEqual([3, 3, 3]);

    const silent = async () => {
      const answers = await Promise.all(servers.map(async (own) => [own.name, await own.answers()] as const));
      return answers.flatMap(([name, answered]) => (answered ? [] : [name]));
    };
    expect(await silent()).toEqual([]);
    await whileFrozen(server('kafka-2'), async () => {
      // Until the cluster has noticed it, and has elected new leaders and perhaps another controller.
      for (const end = Date.now() + 12_000; Date.now() < end; await sleep(1_000)) {
        expect(await silent()).toEqual(['kafka-2']);
      }
    });
  }, 600_000);

  test('if a chosen port is taken, nothing is left running', async () => {
    const busy = createServer().listen(0, '127.0.0.1');
    await once(busy, 'listening');
    const { port } = busy.address() as { port: number };

    await expect(start({ minimal: true, ports: { dynamodb: port } })).rejects.toThrow(`--dynamodb-port ${port}`);

    await expect(readStack(root)).rejects.toThrow('no running stack');
    expect(existsSync(join(root, '.local', 'lock'))).toBe(false);
    busy.close();
  });

  test('a start that is aborted leaves nothing running', async () => {
    const controller = new AbortController();
    const before = await javas();

    const starting = start({ minimal: true, signal: controller.signal });
    const own = async () => (await javas()).filter((pid) => !before.includes(pid));
    await eventually(async () => (await own()).length > 0, { what: 'a server that starts' });
    controller.abort(new Error('Ctrl-C'));

    await expect(starting).rejects.toThrow('Ctrl-C');
    expect(await own()).toEqual([]);
  });

  test('reports a server that ends unexpectedly, with its log', async () => {
    const { died, server } = await start({ minimal: true });

    server('dynamodb').process?.signal('SIGKILL');

    expect((await died).message).toMatch(
      /^dynamodb ended while the stack was running \(SIGKILL\); log: .*dynamodb\.log$/,
    );
  });

  test('a server that was killed starts again on its port', async () => {
    const { server } = await start({ minimal: true });
    const dynamodb = server('dynamodb');
    dynamodb.process?.signal('SIGKILL');
    await dynamodb.stop();

    await dynamodb.start();
    await dynamodb.ready();

    expect(dynamodb.process?.pid).toBeGreaterThan(0);
  });

  test('ends by itself when its runner is killed; the next start takes the lock and removes the data', async () => {
    const runner = spawn(process.execPath, ['--input-type=module', '-e', runnerProgram(root)], { stdio: 'ignore' });
    const former = await whenRunning(root);
    const pids = former.processes.map(({ pid }) => pid);

    expect(pids).toHaveLength(2);
    runner.kill('SIGKILL');

    const left = () => running(pids);
    await eventually(async () => (await left()).length === 0, { what: 'the end of its servers', seen: left });
    expect(existsSync(former.data)).toBe(true);
    await start({ minimal: true });
    expect(existsSync(former.data)).toBe(false);
  }, 600_000);

  test('a second stack in the same checkout is refused, and the first continues', async () => {
    const first = await start({ minimal: true });

    await expect(startStack({ stage: 'local', root, minimal: true })).rejects.toThrow(
      'a stack is running in this checkout already',
    );

    expect((await readStack(root)).endpoints).toEqual(first.endpoints);
    expect(await running(first.servers.flatMap((server) => server.process?.pid ?? []))).toHaveLength(2);
  });
});

async function fill({ endpoints }: Stack): Promise<void> {
  await produceFirst(endpoints, 'kept', 'yes');

  const dynamodb = new DynamoDBClient({ ...account, endpoint: endpoints.dynamodb });
  await dynamodb.send(
    new CreateTableCommand({
      TableName: 'kept',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  await dynamodb.send(new PutItemCommand({ TableName: 'kept', Item: { id: { S: '1' }, value: { S: 'yes' } } }));

  const s3 = new S3Client({ ...account, endpoint: endpoints.s3 });
  await s3.send(new CreateBucketCommand({ Bucket: 'kept' }));
  const object = { Bucket: 'kept', Key: 'dt=2026-11-21/object', Body: 'yes', IfNoneMatch: '*' };
  await s3.send(new PutObjectCommand(object));
  await expect(s3.send(new PutObjectCommand(object))).rejects.toMatchObject({ $metadata: { httpStatusCode: 412 } });

  await query(endpoints.postgres, "CREATE TABLE kept AS SELECT 'yes' AS value");
}

/** Creates a topic with one record. */
async function produceFirst(endpoints: Stack['endpoints'], topic: string, value: string): Promise<void> {
  await createTopics(endpoints.kafka, [{ topic }]);
  const producer = kafkaOf(endpoints, 'test').producer();
  await producer.connect();
  await producer.send({ topic, messages: [{ value }] });
  await producer.disconnect();
}

async function lineInFile(root: string): Promise<string> {
  const text = () => readFile(join(root, 'output', 'metrics.json'), 'utf8');
  return eventually(text, { what: 'a line in the file of metrics' });
}

async function contents({ endpoints }: Stack): Promise<object> {
  const [offsets] = await withAdmin(kafkaOf(endpoints, 'test'), (admin) => admin.fetchTopicOffsets('kept'));
  const dynamodb = new DynamoDBClient({ ...account, endpoint: endpoints.dynamodb });
  const item = await dynamodb.send(new GetItemCommand({ TableName: 'kept', Key: { id: { S: '1' } } }));
  const s3 = new S3Client({ ...account, endpoint: endpoints.s3 });
  const object = await s3.send(new GetObjectCommand({ Bucket: 'kept', Key: 'dt=2026-11-21/object' }));
  const [row] = await query(endpoints.postgres, 'SELECT value FROM kept');
  return {
    kafka: Number(offsets?.high),
    dynamodb: item.Item?.['value']?.S,
    s3: await object.Body?.transformToString(),
    postgres: row?.['value'],
  };
}

async function running(pids: readonly number[]): Promise<number[]> {
  const found = await Promise.all(pids.map(identify));
  return found.flatMap((identity) => identity?.pid ?? []);
}

async function javas(): Promise<string[]> {
  const { stdout } = await execute('ps', ['-eo', 'pid=,ppid=,comm=']);
  const rows = stdout.split('\n').map((line) => line.trim().split(/\s+/));
  return rows.flatMap(([pid = '', parent, command]) =>
    command === 'java' && parent === String(process.pid) ? [pid] : [],
  );
}

/** The addresses on which processes listen. */
async function listeningAddresses(pids: readonly number[]): Promise<string[]> {
  return [...new Set((await listenersOf(...pids)).map(({ address }) => address))];
}

function runnerProgram(root: string): string {
  const module = join(import.meta.dirname, '../../local/stack.ts');
  return `
    const { startStack } = await import(${JSON.stringify(module)});
    await startStack({ stage: 'local', minimal: true, root: ${JSON.stringify(root)} });
    setInterval(() => {}, 1000);`;
}

async function whenRunning(root: string): ReturnType<typeof readStack> {
  return eventually(() => readStack(root), { what: 'a running stack', boundMs: 180_000 });
}
