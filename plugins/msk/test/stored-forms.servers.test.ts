import { randomUUID } from 'node:crypto';
import { Admin, allowedCompressionsAlgorithms, Base, fetchV12, Producer, stringSerializers } from '@platformatic/kafka';
import { eachOnce, inOrder } from '../conformance/judge/delivery.ts';
import { eventually } from './eventually.ts';
import {
  committed,
  connect,
  createTopic,
  createTopicNamed,
  disconnect,
  done,
  endOf,
  numbered,
  produce,
  recordsOf,
  start,
  stopAll,
  texts,
} from './kafka.ts';

const client = { clientId: 'test', bootstrapBrokers: String(process.env['KAFKA_BROKERS']).split(',') };
const closing: { close: () => Promise<void> }[] = [];

/** Closes it after the test. */
function closed<T extends { close: () => Promise<void> }>(one: T): T {
  closing.push(one);
  return one;
}

/** Resolves when the group has committed the topic's only partition, up to its end or up to the given offset. */
async function committedToTheEnd(group: string, topic: string, end?: number): Promise<void> {
  const goal = end ?? (await endOf(topic));
  const offset = async () => (await committed(group, topic))[0];
  await eventually(async () => (await offset()) === goal, { what: `offset ${goal} committed`, seen: offset });
}

beforeAll(connect);
afterEach(async () => {
  await stopAll();
  await Promise.all(closing.splice(0).map((one) => one.close()));
});
afterAll(disconnect);

const values = (first: number, count: number) => Array.from({ length: count }, (_, index) => String(first + index));

describe('compressed records', () => {
  test.each(allowedCompressionsAlgorithms)('%s', async (compression) => {
    const topic = await createTopic(1);
    const producer = closed(new Producer({ ...client, serializers: stringSerializers, acks: -1, compression }));
    await producer.send({ messages: values(0, 500).map((value) => ({ topic, value, partition: 0 })) });
    const run = start(topic, () => {});
    await done(run, 500);

    expect(texts(run.events)).toEqual(values(0, 500));
  });

  test('batches with different codecs in one partition', async () => {
    const topic = await createTopic(1);
    const producer = closed(new Producer({ ...client, serializers: stringSerializers, acks: -1 }));
    for (const [index, compression] of allowedCompressionsAlgorithms.entries())
      await producer.send({
        compression,
        messages: values(index * 3, 3).map((value) => ({ topic, value, partition: 0 })),
      });
    const run = start(topic, () => {});
    await done(run, 15);

    const seen = await run.seen();
    expect([...eachOnce(seen, { 0: values(0, 15) }), ...inOrder(seen)]).toEqual([]);
  });
});

describe('offsets without a record', () => {
  const transactional = () =>
    closed(
      new Producer({
        ...client,
        serializers: stringSerializers,
        acks: -1,
        idempotent: true,
        transactionalId: randomUUID(),
      }),
    );
  type Transactional = ReturnType<typeof transactional>;
  async function transaction(producer: Transactional, topic: string, ends: 'commit' | 'abort', own: string[]) {
    const begun = await producer.beginTransaction();
    await begun.send({ messages: own.map((value) => ({ topic, value, partition: 0 })) });
    await begun[ends]();
  }

  test('transactions: an aborted one is not read, markers are skipped, and no lag remains', async () => {
    const topic = await createTopic(1);
    const producer = transactional();
    await transaction(producer, topic, 'commit', ['0', '1']);
    await transaction(producer, topic, 'abort', ['aborted']);
    await transaction(producer, topic, 'commit', ['2']);
    const run = start(topic, () => {});
    await done(run, 3);
    await committedToTheEnd(run.group, topic);
    await run.poller.refreshPositions();

    expect(eachOnce(await run.seen(), { 0: ['0', '1', '2'] })).toEqual([]);
    expect(run.poller.status.metrics.SumOffsetLag).toBe(0);
  });

  test('a transaction that is aborted while another one commits, over many fetches', async () => {
    const topic = await createTopic(1);
    const [first, second] = [transactional(), transactional()];
    const large = 'x'.repeat(400_000);
    const aborted = await first.beginTransaction();
    const kept = await second.beginTransaction();
    for (let index = 0; index < 4; index += 1) {
      await aborted.send({ messages: [{ topic, value: `aborted ${large}`, partition: 0 }] });
      await kept.send({ messages: [{ topic, value: `${index} ${large}`, partition: 0 }] });
    }
    await kept.commit();
    await aborted.abort();
    await transaction(first, topic, 'abort', ['aborted']);
    await transaction(first, topic, 'commit', ['4']);
    const run = start(topic, () => {});
    await done(run, 5);
    await committedToTheEnd(run.group, topic);

    expect(texts(run.events).map((text) => text.split(' ')[0])).toEqual(values(0, 5));
  }, 20_000);

  test('an open transaction: the records after it wait until it has ended', async () => {
    const topic = await createTopic(1);
    const open = await transactional().beginTransaction();
    await produce(topic, numbered(0, 0, 1));
    await open.send({ messages: [{ topic, value: '1', partition: 0 }] });
    await produce(topic, numbered(0, 2, 1));
    const run = start(topic, () => {});
    await done(run, 1);
    await run.poller.refreshPositions();
    expect(run.poller.status.metrics.SumOffsetLag).toBe(0);
    await open.commit();
    await done(run, 3);

    expect(texts(run.events)).toEqual(['0', '1', '2']);
  });

  test('a segment with only batches that compaction has emptied', async () => {
    const topic = `test-${randomUUID()}`;
    await compactSoon();
    // Each record is so large that a segment holds only one, before and after compaction.
    await createTopicNamed(topic, 1, [
      { name: 'cleanup.policy', value: 'compact' },
      { name: 'segment.bytes', value: String(2 ** 20) },
      { name: 'min.cleanable.dirty.ratio', value: '0.001' },
    ]);
    // Compaction keeps a producer's last batch, but removes the record from it if a newer one has the same key.
    for (const value of values(0, 4)) {
      const producer = closed(new Producer({ ...client, serializers: stringSerializers, acks: -1, idempotent: true }));
      await producer.send({ messages: [{ topic, key: 'k', value: value.padEnd(700_000), partition: 0 }] });
    }
    await eventually(
      async () => {
        const batches = await firstSegment(topic);
        return batches.length > 0 && batches.every(({ records }) => records.length === 0);
      },
      { what: 'a first segment of empty batches' },
    );
    const run = start(topic, () => {});
    await committedToTheEnd(run.group, topic, 4);

    // The broker may have compacted the second record already, or not yet.
    const found = texts(run.events).map((text) => text.trim());
    expect(found.slice(-2)).toEqual(['2', '3']);
    expect(found).not.toContain('0');
  });
});

/** Makes the broker check for compaction every 100 ms instead of every 15 s. */
async function compactSoon(): Promise<void> {
  const admin = closed(new Admin(client));
  const configs = [{ name: 'log.cleaner.backoff.ms', value: '100', configOperation: 0 as const }];
  const { brokers } = await admin.metadata({ topics: [] });
  const resources = [...brokers.keys()].map((id) => ({ resourceType: 4 as const, resourceName: String(id), configs }));
  await admin.incrementalAlterConfigs({ resources });
}

/** The batches of a topic's first segment: a fetch reads one segment. */
async function firstSegment(topic: string) {
  const base = closed(new Base(client));
  const { brokers } = await base.metadata({ topics: [] });
  const [broker] = brokers.values();
  if (!broker) throw new Error('no broker');
  const connection = await base.connections.get(broker);
  const bytes = 10 * 2 ** 20;
  const from = {
    partition: 0,
    currentLeaderEpoch: -1,
    fetchOffset: 0n,
    lastFetchedEpoch: -1,
    partitionMaxBytes: bytes,
  };
  const topics = [{ topicId: topic, partitions: [from] }];
  const { responses } = await fetchV12.api.async(connection, 0, 1, bytes, 0, 0, -1, topics, [], '');
  return responses[0]?.partitions[0]?.records ?? [];
}

test('headers keep their order, also repeated names; a header without a value is an empty object', async () => {
  const topic = await createTopic(1);
  const producer = closed(new Producer({ ...client, acks: -1 }));
  const bytes = (text: string) => Buffer.from(text);
  const headers = new Map<Buffer, Buffer>([
    [bytes('b'), bytes('1')],
    [bytes('2'), bytes('two')],
    [bytes('1'), bytes('one')],
    [bytes('b'), bytes('3')],
    [bytes('constructor'), bytes('')],
    [bytes('__proto__'), bytes('p')],
    [bytes('nothing'), null as unknown as Buffer],
    [bytes('Grüße'), Buffer.from([0, 128, 255])],
  ]);
  await producer.send({ messages: [{ topic, partition: 0, value: bytes('x'), headers }] });
  const run = start(topic, () => {});
  await done(run, 1);

  const found = run.events.flatMap(recordsOf)[0]?.headers.flatMap((header) => {
    const entries = Object.entries(header);
    return entries.length === 0 ? [[]] : entries.map(([name, value]) => [name, ...value]);
  });
  expect(found).toEqual([
    ['b', 49],
    ['2', 116, 119, 111],
    ['1', 111, 110, 101],
    ['b', 51],
    ['constructor'],
    ['__proto__', 112],
    [],
    ['Grüße', 0, -128, -1],
  ]);
});
