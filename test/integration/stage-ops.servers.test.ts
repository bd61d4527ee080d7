import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json, text } from 'node:stream/consumers';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { type BuildOptions, build, stop as stopBuilds } from 'esbuild';
import { parse } from 'yaml';
import { archiveObject, objectKey } from '#functions/sinks/s3/object.ts';
import { within } from '#lib/deadline.ts';
import { PermanentError } from '#lib/errors.ts';
import { createProducer } from '#lib/kafka/client/producer.ts';
import { deadLetter } from '#lib/kafka/dead-letter.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import { ROOT } from '#local/stack-file.ts';
import leaveOut from '../../plugins/bundles/leave-out.ts';
import { createInvoker, type Invoker } from '../../plugins/msk/runtime/invoker.ts';
import { startBroker, type TestBroker } from '../support/broker.ts';
import { batchOfRecords, type TestRecord } from '../support/msk-event.ts';
import { startBucket, startTables, type TestBucket, type TestTables } from '../support/servers.ts';

/*
 * The commands with --stage as an operator types them: `serverless invoke`, and behind Lambda's API the packaged functions
 * in processes of their own, with their memory. They work on a real broker, S3 and DynamoDB.
 */
const TOPIC = 'demo_topic';
const LETTERS = 'demo-dlq';
/** of each partition */
const COUNT = 600;
const PARTITIONS = 3;
/** `replay` begins no further round in its last 60 s: it works for two and a half seconds, and is called again. */
const REPLAY_SECONDS = 64;
const REPLAY_RATE = 500;

let folder: string;
let broker: TestBroker;
let bucket: TestBucket;
let tables: TestTables;
let lambda: Server;
const invokers = new Map<string, Invoker>();
/** the functions that were invoked, in their order */
let invoked: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stage-ops-'));
  [broker, bucket, tables] = await Promise.all([startBroker([TOPIC, LETTERS]), startBucket(), startTables()]);
  await tables.create('checkpoints', 'topicPartition:S');
  await tables.create('windows', 'id:S');
  lambda = await serveLambda();
  for (const name of ['redrive', 'replay', 'verifyArchive']) invokers.set(name, await packaged(name));
  await stopBuilds();
}, 240_000);
beforeEach(() => {
  invoked = [];
});
afterAll(async () => {
  await Promise.all([...invokers.values()].map((own) => own.cleanup()));
  lambda?.close();
  lambda?.closeAllConnections();
  await Promise.all([broker?.stop(), bucket?.stop(), tables?.stop()]);
  await rm(folder, { recursive: true });
}, 60_000);

const endpoint = () => `http://127.0.0.1:${(lambda.address() as AddressInfo).port}`;

/** Lambda's API for `serverless invoke`, and Amazon MSK's for the functions. */
async function serveLambda(): Promise<Server> {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    const [, name = ''] = /functions\/msk-pipeline-dev-(\w+)\/invocations/.exec(request.url ?? '') ?? [];
    if (name === '') return void response.end(JSON.stringify({ bootstrapBrokerString: broker.endpoint }));
    invoked.push(name);
    json(request)
      .then((event) => invokers.get(name)?.invoke(event))
      .then((answer) => response.end(JSON.stringify(answer)))
      .catch((error: Error) => {
        response.setHeader('x-amz-function-error', 'Unhandled');
        response.end(JSON.stringify({ errorType: error.name, errorMessage: error.message }));
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

type Definition = { handler: string; timeout: number; memorySize: number };

/** A function as it is packaged, in the runtime of the local run. */
async function packaged(key: string): Promise<Invoker> {
  const silent = { logLevel: 'silent' } as const;
  const service = parse(await readFile('serverless.yml', 'utf8'), silent) as {
    custom: { esbuild: BuildOptions & { outputFileExtension: string } };
  };
  const { outputFileExtension: ending, ...options } = service.custom.esbuild;
  const texts = await Promise.all(globSync('functions/ops/*.yml').map((file) => readFile(file, 'utf8')));
  const all = Object.assign({}, ...texts.map((own) => parse(own, { ...silent, merge: true }) as object)) as {
    [name: string]: Definition;
  };
  const { handler, timeout, memorySize } = all[key] as Definition;
  const [entry = ''] = handler.split('.');
  const outfile = join(folder, `${entry}${ending}`);
  await build({ ...options, plugins: leaveOut, entryPoints: [`${entry}.ts`], outfile, logLevel: 'error' });
  const environment = {
    ...{ AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local', POWERTOOLS_LOG_LEVEL: 'SILENT' },
    AWS_ENDPOINT_URL_KAFKA: endpoint(),
    AWS_ENDPOINT_URL_S3: bucket.server.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: tables.server.endpoint,
    CLUSTER_ARN: 'arn:aws:kafka:us-east-1:123456789012:cluster/pipeline/5a12-3',
    KAFKA_AUTH: 'none',
    ...{ ARCHIVE_BUCKET: bucket.bucket, CHECKPOINTS_TABLE: 'checkpoints', WINDOWS_TABLE: 'windows' },
    ...{ ALLOWED_LATENESS_SECONDS: '86400', RETENTION_MS: '604800000', DEAD_LETTER_RETENTION_MS: '1209600000' },
  };
  const own = { key, name: key, handler, runtime: 'nodejs24.x', memorySize, environment, directory: folder };
  return createInvoker({ ...own, timeout: key === 'replay' ? REPLAY_SECONDS : timeout }, 'us-east-1');
}

interface Ended {
  code: number | null;
  output: string;
}

/** Runs a command on the stage "dev". */
async function onStage(command: string, ...args: string[]): Promise<Ended> {
  const account = { AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: 'none', AWS_ENDPOINT_URL_LAMBDA: endpoint() };
  const child = spawn(process.execPath, [`cli/${command}.ts`, ...args, '--stage', 'dev'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...account, NODE_OPTIONS: '' },
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await ended, output: output + errors };
}

const START = Date.now() - 3_600_000;
const records = (partition: number): TestRecord[] =>
  Array.from({ length: COUNT }, (_, n) => ({
    ...{ topic: TOPIC, partition, offset: n, timestamp: START + n },
    key: n % 5 === 0 ? null : Buffer.from([0xff, n % 256]),
    value: n % 7 === 0 ? null : JSON.stringify({ partition, n }),
    headerList: [{ name: 'own', value: Buffer.from([n % 256]) }],
  }));
const decoded = (partition: number): readonly KafkaRecord[] =>
  batchOfRecords(records(partition)).partitions[0]?.records ?? [];

async function archived(): Promise<void> {
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    const { body, metadata } = await archiveObject(decoded(partition), 0);
    const Key = objectKey({ topic: TOPIC, partition, epoch: 0 }, 0, START);
    await bucket.client.send(
      new PutObjectCommand({ Bucket: bucket.bucket, Key, Body: body, Metadata: { ...metadata } }),
    );
  }
}

test('a lost topic is restored and verified on a stage, page by page', async () => {
  await archived();

  const replayed = await onStage('replay', TOPIC, '--rate', String(REPLAY_RATE));
  const verified = await onStage('verify-archive', TOPIC, '--wait', '0');

  expect(replayed).toEqual({
    code: 0,
    output: expect.stringContaining(`read back: ${PARTITIONS * COUNT} records, each with its bytes, key, headers`),
  });
  expect(verified).toEqual({ code: 0, output: expect.stringContaining('the archive is whole') });
  expect(invoked.filter((name) => name === 'replay').length).toBeGreaterThan(1);
  const stored = await broker.readAll(TOPIC);
  expect(stored.map(({ partition, offset, key, value }) => ({ partition, offset, key, value }))).toEqual(
    [0, 1, 2].flatMap((partition) =>
      decoded(partition).map(({ offset, key, value }) => ({ partition, offset: String(offset), key, value })),
    ),
  );
}, 240_000);

test('its dead letters, and what a mapping gave up, are redriven on a stage, page by page', async () => {
  const refused = decoded(1).slice(0, 120);
  const error = new PermanentError('SQLSTATE_22001', 'the column is too narrow');
  const producer = createProducer({ auth: 'none', clientId: 'test', limits: {} });
  const letters = refused.map((record) => deadLetter({ record, error }, LETTERS, 'insertIntoRds'));
  await producer.send(broker.endpoint, letters, within(30_000));
  await producer.close();
  const givenUp = join(folder, 'given-up.json');
  await writeFile(givenUp, JSON.stringify(onFailure(500, 502)));

  const redriven = await onStage('dlq', 'redrive', LETTERS, '--code', error.code);
  const fromFile = await onStage('dlq', 'redrive', '--from', givenUp);

  expect(redriven).toEqual({ code: 0, output: expect.stringContaining('sent 120 of 120 records') });
  expect(fromFile).toEqual({ code: 0, output: expect.stringContaining('sent 3 of 3 records') });
  // The letters, two pages of 100, a look at the offsets, and their page.
  expect(invoked).toEqual(Array(5).fill('redrive'));
  const again = (await broker.readAll(TOPIC)).filter(
    ({ partition, offset }) => partition === 1 && Number(offset) >= COUNT,
  );
  expect(again.map(({ key, value }) => ({ key, value }))).toEqual(
    [...refused, ...decoded(1).slice(500, 503)].map(({ key, value }) => ({ key, value })),
  );
}, 240_000);

/** What Lambda writes to SQS or SNS for a batch of partition 1. */
function onFailure(first: number, last: number): object {
  const time = (offset: number) => new Date(START + offset).toISOString();
  return {
    requestContext: {
      functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:msk-pipeline-dev-insertIntoRds',
      condition: 'RetryAttemptsExhausted',
    },
    timestamp: new Date().toISOString(),
    KafkaBatchInfo: {
      batchSize: last - first + 1,
      recordsInfo: {
        [`${TOPIC}-1`]: {
          firstRecordOffset: String(first),
          lastRecordOffset: String(last),
          firstRecordTimestamp: time(first),
          lastRecordTimestamp: time(last),
        },
      },
    },
  };
}
