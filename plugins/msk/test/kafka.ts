import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { Kafka, type KafkaMessage, logLevel, type Message, Partitioners } from 'kafkajs';
import '../../../lib/kafka/client/kafkajs-timers.ts';
import { describe, type Invocation, type Seen } from '../conformance/seen/seen.ts';
import { Cluster } from '../consumer/cluster.ts';
import type { MskEvent, MskRecord } from '../polling/event.ts';
import { EventSourceMapping } from '../polling/event-source-mapping.ts';
import type { Poller } from '../polling/poller.ts';
import type { Mapping } from '../template/mapping.ts';
import { eventually } from './eventually.ts';
import { pollerOf, type TestPoller, testMapping } from './mapping.ts';

const brokers = process.env['KAFKA_BROKERS'];
if (!brokers) throw new Error('KAFKA_BROKERS must name the brokers to test against, e.g. KAFKA_BROKERS=127.0.0.1:9092');

const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING });
const admin = kafka.admin();
// Idempotent: if a new partition has no leader yet, kafkajs sends the records of the other partitions again.
const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, idempotent: true });
const cluster = new Cluster(brokers);
const running = new Set<Pick<Poller, 'stop'>>();

export async function connect(): Promise<void> {
  await Promise.all([admin.connect(), producer.connect()]);
}

export async function disconnect(): Promise<void> {
  await Promise.all([admin.disconnect(), producer.disconnect(), cluster.disconnect()]);
}

export async function stopAll(): Promise<void> {
  await Promise.all([...running].map((poller) => poller.stop(1000)));
  running.clear();
}

export async function createTopic(partitions = 3): Promise<string> {
  const topic = `test-${randomUUID()}`;
  await createTopicNamed(topic, partitions);
  return topic;
}

export async function createTopicNamed(
  topic: string,
  partitions: number,
  configEntries: { name: string; value: string }[] = [],
): Promise<void> {
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions, configEntries }], waitForLeaders: false });
  await eventually(() => isLed(topic, partitions), { what: `leaders of ${topic}` });
}

/** Asked repeatedly: the controller knows a new partition at once, but another broker may learn of it later. */
async function isLed(topic: string, partitions: number): Promise<boolean> {
  const found = await admin.fetchTopicMetadata({ topics: [topic] }).catch(() => undefined);
  const led = found?.topics[0]?.partitions.filter(
    ({ leader, partitionErrorCode }) => leader >= 0 && partitionErrorCode === 0,
  );
  return led?.length === partitions;
}

/** Adds partitions, up to this number. */
export async function createPartitions(topic: string, count: number): Promise<void> {
  await admin.createPartitions({ topicPartitions: [{ topic, count }] });
  await eventually(() => isLed(topic, count), { what: `leaders of ${topic}` });
  // Reconnect: the producer drops records for partitions that it doesn't know.
  await producer.disconnect();
  await producer.connect();
}

export async function produce(topic: string, messages: Message[]): Promise<void> {
  await producer.send({ topic, messages });
}

/** Messages `<first>`, `<first + 1>`, … for one partition. */
export function numbered(partition: number, first: number, count: number): Message[] {
  return Array.from({ length: count }, (_, index) => ({ partition, value: String(first + index) }));
}

/** The group's committed offsets by partition. -1 if there is none. */
export async function committed(group: string, topic: string): Promise<Record<number, number>> {
  const [offsets] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
  return Object.fromEntries((offsets?.partitions ?? []).map(({ partition, offset }) => [partition, Number(offset)]));
}

/** The end offset of a topic's only partition. */
export async function endOf(topic: string): Promise<number> {
  const [offsets] = await admin.fetchTopicOffsets(topic);
  return Number(offsets?.high);
}

export interface Run extends TestPoller {
  /** Events in order of invocation. */
  events: MskEvent[];
  /** What the judges of `npm run conform` take: the invocations so far, and what the group has committed now. */
  seen(): Promise<Seen>;
}

/** Starts a poller on a topic. `invoke` is its function. */
export function start(
  topic: string,
  invoke: (event: MskEvent) => unknown,
  settings: Partial<Mapping> = {},
  environment: Record<string, string> = {},
): Run {
  const events: MskEvent[] = [];
  const invocations: Invocation[] = [];
  const record = async (event: MskEvent) => {
    events.push(event);
    const invocation: Invocation = { id: String(events.length), begin: Date.now(), ...describe(event) };
    invocations.push(invocation);
    const ended = (outcome: 'returned' | 'threw', answer?: unknown) =>
      Object.assign(invocation, { end: Date.now(), outcome, answer });
    try {
      const answer = await invoke(event);
      ended('returned', answer);
      return answer;
    } catch (error) {
      ended('threw');
      throw error;
    }
  };
  const poller = pollerOf(cluster, topic, record, settings, environment);
  const seen = async (): Promise<Seen> => ({
    topic,
    invocations,
    committed: [{ at: Date.now(), offsets: await committed(poller.group, topic) }],
    dead: [],
  });
  const run = { ...poller, events, seen };
  run.poller.start();
  running.add(run.poller);
  return run;
}

/** Starts a mapping that can be switched. `invoke` is its function. */
export function startMapping(
  topic: string,
  invoke: (event: MskEvent) => Promise<void>,
  settings: Partial<Mapping> = {},
): EventSourceMapping {
  const started = new EventSourceMapping({
    mapping: testMapping(topic, settings),
    functionKey: 'test',
    cluster,
    invoke: async (event) => await invoke(event as MskEvent),
    environment: {},
    log: () => {},
  });
  started.start();
  running.add(started);
  return started;
}

/** The records of an event, with their values as text. */
export function recordsOf(event: MskEvent): (MskRecord & { text: string })[] {
  return Object.values(event.records)
    .flat()
    .map((record) => ({ ...record, text: Buffer.from(record.value ?? '', 'base64').toString() }));
}

/** The values of all records in all events, as text. */
export function texts(events: readonly MskEvent[], partition?: number): string[] {
  return events
    .flatMap(recordsOf)
    .flatMap((record) => (partition === undefined || record.partition === partition ? record.text : []));
}

/** Resolves when this number of records is committed, and none is in flight. */
export async function done(run: Run, records: number): Promise<void> {
  const isDone = () => {
    const { metrics, inFlight } = run.poller.status;
    return metrics.CommittedEventCount === records && inFlight === 0;
  };
  await until(run, `${records} records done`, isDone);
}

/** Resolves when the condition holds. After the time limit, the error shows the run's status and log. */
export async function until({ poller, lines }: Run, what: string, condition: () => unknown): Promise<void> {
  await eventually(condition, { what, seen: () => ({ ...poller.status, lines }) });
}

/** Resolves when the function was called this number of times. */
export async function called(run: Run, times: number): Promise<void> {
  await until(run, `${times} calls of the function`, () => run.events.length >= times);
}

/** Resolves when the poller owns this number of partitions. */
export async function assigned(run: Run, partitions: number): Promise<void> {
  await until(run, `${partitions} partitions assigned`, () => run.poller.status.assigned === partitions);
}

/** Resolves when the group has committed these offsets. */
export async function untilCommitted({ group }: Run, topic: string, offsets: Record<number, number>): Promise<void> {
  const found = () => committed(group, topic);
  const isSo = async () => isDeepStrictEqual(await found(), offsets);
  await eventually(isSo, { what: `offsets ${JSON.stringify(offsets)} committed of ${topic}`, seen: found });
}

/** The first messages of a topic with one partition. */
export async function readTopic(topic: string, count: number): Promise<KafkaMessage[]> {
  const consumer = kafka.consumer({ groupId: `read-${topic}`, maxWaitTimeInMs: 100 });
  const messages: KafkaMessage[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({ eachMessage: async ({ message }) => void messages.push(message) });
  try {
    await eventually(() => messages.length >= count, {
      what: `${count} messages of ${topic}`,
      seen: () => messages.length,
    });
  } finally {
    await consumer.disconnect();
  }
  return messages;
}
