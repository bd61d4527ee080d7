import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, stop as stopBuilds } from 'esbuild';
import { readersOf } from '#cli/dlq/readers.ts';
import { connect } from '#functions/ops/redrive/answer.ts';
import { type Ask, localService } from '#functions/ops/redrive/ask.ts';
import { newId, planRedrive } from '#functions/ops/redrive/plan.ts';
import { runRedrive } from '#functions/ops/redrive/run.ts';
import { redriveService } from '#functions/ops/redrive/service.ts';
import type { handler } from '#functions/ops/redrive.ts';
import { deadLetterTopicOf } from '#functions/sinks/routes.ts';
import { within } from '#lib/deadline.ts';
import { PermanentError } from '#lib/errors.ts';
import { createProducer } from '#lib/kafka/client/producer.ts';
import { type StoredRecord, type TopicReader, topicReader } from '#lib/kafka/client/topic-reader.ts';
import { deadLetter } from '#lib/kafka/dead-letter.ts';
import type { Header } from '#lib/kafka/headers.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import { redriveOf } from '#lib/kafka/redrive.ts';
import { clusterAt } from '#local/kafkajs-options.ts';
import leaveOut from '../../plugins/bundles/leave-out.ts';
import { startBroker, type TestBroker } from '../support/broker.ts';
import { freeze } from '../support/freeze.ts';
import { batchOfRecords, lambdaContext } from '../support/msk-event.ts';

const COUNT = 900;
/** During which of the producer's sends the broker freezes, and for how long: longer than a send may take. */
const FROZEN_SEND = 5;
const FROZEN_MS = 12_000;
const HEADERS: Header[] = [
  { name: '9', value: Buffer.from([0xfe]) },
  { name: 'a', value: null },
  { name: 'a', value: Buffer.alloc(0) },
  { name: '1', value: Buffer.from('first by number, last by place') },
];
const TOPICS = ['orders', 'orders-dlq', 'user-login', 'user-login-dlq', 'demo_topic', 'demo-dlq'];

let broker: TestBroker;
let ask: Ask;
let reader: TopicReader;
beforeAll(async () => {
  broker = await startBroker(TOPICS);
  ask = localService(clusterAt(broker.endpoint));
  reader = await topicReader({ auth: 'none', clientId: 'test', bootstrapServers: broker.endpoint, timeoutMs: 5_000 });
});
let onTestEnd = async () => {};
afterEach(() => onTestEnd());
afterAll(async () => {
  await reader?.close();
  await broker?.stop();
});

/** A topic's records as our own client reads them: with all headers in their order. */
async function recordsIn(topic: string): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  for (const [partition, end] of await reader.offsetsAt(topic, 'end')) {
    for (let next = 0; next < end; ) {
      const fetched = await reader.fetch(topic, partition, next);
      records.push(...(fetched?.records ?? []));
      next = fetched?.next ?? end;
    }
  }
  return records;
}

/** Records in a topic, and their dead letters. @returns the records: at least `count`, as a send may be repeated */
async function dead(topic: string, by: string, count: number): Promise<StoredRecord[]> {
  const producer = createProducer({ auth: 'none', clientId: 'test', limits: {} });
  const own = Array.from({ length: count }, (_, n) => ({
    topic,
    key: n % 10 === 0 ? null : Buffer.from([0xff, n % 256]),
    value: n % 7 === 0 ? null : Buffer.from([0, n % 256, 0xff]),
    headers: HEADERS,
  }));
  await producer.send(broker.endpoint, own, within(30_000));
  const records = await recordsIn(topic);
  const letters = records.map(({ headers, ...rest }) => {
    const [record] = batchOfRecords([{ ...rest, headerList: headers }]).partitions[0]?.records ?? [];
    const error = new PermanentError('UNKNOWN_PRODUCT', 'product_id: not in the catalogue');
    return deadLetter({ record: record as KafkaRecord, error }, deadLetterTopicOf(topic), by);
  });
  await producer.send(broker.endpoint, letters, within(30_000));
  await producer.close();
  return records;
}

const planOf = (topic: string, id?: string) => planRedrive(ask, { topic, filter: {}, id }, readersOf());
const redriven = (records: readonly StoredRecord[]) =>
  records.flatMap((record) => {
    const header = (name: string) => record.headers.findLast((own) => own.name === name)?.value?.toString();
    const how = redriveOf({ ...record, header });
    return how ? [{ how, record }] : [];
  });

test('a redrive that is stopped and resumed sends each record once: to its partition, with its bytes and headers in order', async () => {
  const originals = await dead('orders', 'processOrder', COUNT);
  const { length: count } = originals;
  const id = newId();
  const stop = new AbortController();
  const progress = ({ sent }: { sent: number }) => sent >= COUNT / 3 && stop.abort();

  const first = await runRedrive(ask, await planOf('orders-dlq', id), {
    rate: 1e4,
    page: 100,
    signal: stop.signal,
    progress,
  });
  const second = await runRedrive(ask, await planOf('orders-dlq', id), { rate: 1e4 });

  expect(first).toMatchObject({ stopped: true, refused: 0 });
  expect(second).toMatchObject({ sent: count, stopped: false, refused: 0 });
  const sent = redriven(await recordsIn('orders'));
  const byOrigin = new Map(sent.map(({ how, record }) => [`${how.origin.partition} ${how.origin.offset}`, record]));
  expect(sent).toHaveLength(count);
  for (const { partition, offset, key, value } of originals) {
    const record = byOrigin.get(`${partition} ${offset}`);
    expect({ key: record?.key, value: record?.value }).toEqual({ key, value });
    expect(record?.headers.slice(0, HEADERS.length)).toEqual(HEADERS);
  }
});

test('a broker that freezes during a redrive gets each record once', async () => {
  const { length: count } = await dead('user-login', 'processLogin', COUNT);
  const plan = await planOf('user-login-dlq');
  const bootstrapServers = broker.endpoint;
  const { reader: own, producer } = await connect({ auth: 'none', bootstrapServers });
  let sends = 0;
  const send: typeof producer.send = async (...args) => {
    sends += 1;
    // The broker gets this request when its client has given it up.
    if (sends === FROZEN_SEND) {
      await freeze(broker.server);
      setTimeout(() => broker.server.process?.signal('SIGCONT'), FROZEN_MS);
    }
    return producer.send(...args);
  };
  const service = redriveService({ reader: own, producer: { ...producer, send }, bootstrapServers });

  const done = await runRedrive((action, request) => service[action](request, within(60_000)), plan, {
    rate: 1e4,
    page: 100,
  });
  await Promise.all([own.close(), producer.close()]);

  expect(done).toMatchObject({ sent: count, stopped: false });
  const names = redriven(await recordsIn('user-login')).map(({ how }) => how.letter);
  expect([names.length, new Set(names).size]).toEqual([count, count]);
});

/** The function of the bundle, which has a part of kafkajs only. It asks a server in place of Amazon MSK's API. */
async function bundledFunction(): Promise<{ call: Ask; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'redrive-bundle-'));
  const outfile = join(folder, 'redrive.cjs');
  const options = { bundle: true, minify: true, format: 'cjs', platform: 'node', plugins: leaveOut } as const;
  await build({ ...options, entryPoints: ['functions/ops/redrive.ts'], outfile, mainFields: ['module', 'main'] });
  await stopBuilds();
  const api = createServer((_, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ bootstrapBrokerString: broker.endpoint }));
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_KAFKA: `http://127.0.0.1:${(api.address() as AddressInfo).port}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    CLUSTER_ARN: 'arn:aws:kafka:us-east-1:123456789012:cluster/pipeline/5a12-3',
    KAFKA_AUTH: 'none',
  });
  const bundle = createRequire(import.meta.url)(outfile) as { handler: typeof handler };
  return {
    // As over Lambda's API, request and answer are JSON.
    async call(action, request) {
      const event = JSON.parse(JSON.stringify({ action, ...request })) as Parameters<typeof handler>[0];
      return JSON.parse(JSON.stringify(await bundle.handler(event, lambdaContext())));
    },
    async remove() {
      onTestEnd = async () => {};
      api.close();
      api.closeAllConnections();
      await rm(folder, { recursive: true });
    },
  };
}

test('the function of the bundle lists, shows and redrives dead letters; its errors say what is wrong', async () => {
  const { length: count } = await dead('demo_topic', 'insertIntoRds', 10);
  const { call, remove } = await bundledFunction();
  onTestEnd = remove;

  const plan = await planRedrive(call, { topic: 'demo-dlq', filter: {} }, readersOf());
  const { shown } = await call('show', { topic: 'demo-dlq', filter: {}, limit: 3, reveal: false });
  const done = await runRedrive(call, plan, { rate: 1e4 });
  const again = await runRedrive(call, { ...plan, resumed: true }, { rate: 1e4 });
  const wrong = call('letters', { topic: '', filter: {} }).catch((error: Error) => error.message);

  expect([done.sent, again.sent, shown.length]).toEqual([count, count, 3]);
  expect(redriven(await recordsIn('demo_topic')).map(({ record }) => record.headers.slice(0, 4))).toEqual(
    Array(count).fill(HEADERS),
  );
  expect(await wrong).toMatch(/^a wrong request: .*topic/s);
});
