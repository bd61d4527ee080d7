import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kafka } from 'kafkajs';
import { withAdmin } from '#cli/topic.ts';
import { kafkaOf } from '#local/deploy/servers.ts';
import { connect, connectServer } from '#local/servers/kafka/connect.ts';
import { choosePorts } from '#local/servers/ports/ports.ts';
import type { Server } from '#local/servers/server.ts';
import { startBroker, type TestBroker } from '../support/broker.ts';
import { eventually } from '../support/eventually.ts';
import { javaWith } from '../support/java.ts';
import { listenersOf } from '../support/processes.ts';
import { createTopics } from '../support/topics.ts';

const TOPIC = 'product-metrics';
const GROUP = 'connect-product-metrics-file';
/** The example of the requirement (12450.50 is 12450.5 in JSON). The order of keys and the digits must stay. */
const lineOf = (product: string) =>
  `{"window_start":1704470400,"window_end":1704470460,"product_id":"${product}",` +
  '"order_count":45,"total_revenue":12450.5,"avg_order_value":276.68}';

let broker: TestBroker;
let folder: string;
let kafka: Kafka;
const started: Server[] = [];
// Each test has its own broker, because all use the same topic and group.
beforeEach(async () => {
  broker = await startBroker([]);
  kafka = kafkaOf({ kafka: broker.endpoint }, 'test');
  folder = await mkdtemp(join(tmpdir(), 'test-connect-'));
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
  await broker.stop();
  await rm(folder, { recursive: true });
});

const output = () => readFile(join(folder, 'output', 'metrics.json'), 'utf8');

async function start({ kept = false } = {}): Promise<Server> {
  const { cache, java } = await javaWith(connect.artifact);
  const data = join(folder, 'connect');
  await mkdir(data, { recursive: true, mode: 0o700 });
  const [port = 0] = await choosePorts([{ name: 'connect', usual: 28_083, option: '' }]);
  const context = { data, kept, log: join(folder, 'connect.log'), port, cache };
  const server = connectServer(context, java, { brokers: broker.endpoint, folder });
  started.push(server);
  await server.start();
  await server.ready();
  return server;
}

const createTopic = () => createTopics(broker.endpoint, [{ topic: TOPIC, numPartitions: 3 }]);

async function produce(...values: string[]): Promise<void> {
  await produceWith({ source: '1704470400/P001' }, ...values);
}

async function produceWith(headers: { [name: string]: string }, ...values: string[]): Promise<void> {
  // Idempotent, so that no record is stored twice: the tests count the lines of the file.
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  await producer.send({ topic: TOPIC, messages: values.map((value) => ({ key: 'P001', value, headers })) });
  await producer.disconnect();
}

/** Waits until the file has this many lines. @returns all its lines */
async function lines(count: number): Promise<string[]> {
  const found = async () => (await output()).split('\n').slice(0, -1);
  await eventually(async () => (await found()).length >= count, { what: `${count} lines in the file`, seen: found });
  return found();
}

async function commits(count: number): Promise<void> {
  await eventually(async () => (await committed()) === count, { what: `${count} offsets committed`, seen: committed });
}

async function committed(): Promise<number> {
  const [offsets] = await withAdmin(kafka, (admin) => admin.fetchOffsets({ groupId: GROUP, topics: [TOPIC] }));
  return (offsets?.partitions ?? []).reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
}

test('writes each metric as a line of the file, byte for byte, and commits its offset', async () => {
  await createTopic();
  await writeOutput('of an earlier run\n');
  await start();
  const values = [lineOf('P001'), lineOf('Prüfstück-✓'), lineOf('P001').replace('45', '46')];

  await produce(...values);

  expect(await lines(3)).toEqual(values);
  await commits(3);
});

test('leaves out a record that is redriven for a store: its line is there already', async () => {
  await createTopic();
  await start();

  await produce(lineOf('P001'));
  await produceWith({ source: '1704470400/P001', 'redrive.for': 'insertIntoRds' }, lineOf('P001'));
  await produce(lineOf('P002'));

  expect(await lines(2)).toEqual([lineOf('P001'), lineOf('P002')]);
  await commits(3);
});

test('is ready before its topic exists, only on 127.0.0.1, and reads the topic once it is created', async () => {
  const server = await start();
  if (process.platform === 'linux') {
    const port = Number(new URL(server.endpoint).port);
    expect(await listenersOf(server.process?.pid)).toEqual([{ address: '127.0.0.1', port }]);
  }
  await createTopic();

  await produce(lineOf('P001'));

  expect(await lines(1)).toEqual([lineOf('P001')]);
});

test('a run with kept data leaves its group and continues its file, whatever other runs wrote since', async () => {
  await createTopic();
  const first = await start({ kept: true });
  await produce(lineOf('P001'));
  expect(await lines(1)).toEqual([lineOf('P001')]);
  await first.stop();
  const { groups } = await withAdmin(kafka, (admin) => admin.describeGroups([GROUP]));
  expect(groups.map(({ state }) => state)).toEqual(['Empty']);
  expect(await committed()).toBe(1);
  await rm(join(folder, 'output'), { recursive: true });
  await writeOutput('of a run in between\n');

  await produce(lineOf('P002'));
  await start({ kept: true });

  await lines(2);
  // All records are in one partition: a duplicate line would come before this one.
  await produce(lineOf('P003'));
  expect(await lines(3)).toEqual(['P001', 'P002', 'P003'].map((id) => lineOf(id)));
});

test('after a kill, the next worker gets the partitions within seconds', async () => {
  await createTopic();
  const killed = await start({ kept: true });
  await produce(lineOf('P001'));
  await commits(1);
  killed.process?.signal('SIGKILL');
  await killed.process?.exited;

  await start({ kept: true });
  await produce(lineOf('P002'));

  expect(await lines(2)).toEqual([lineOf('P001'), lineOf('P002')]);
});

async function writeOutput(text: string): Promise<void> {
  await mkdir(join(folder, 'output'));
  await writeFile(join(folder, 'output', 'metrics.json'), text);
}
