import { randomUUID } from 'node:crypto';
import {
  eachOnce,
  inOneBatch,
  inOrder,
  largestBatch,
  largestEvent,
  oneAtATime,
} from '../conformance/judge/delivery.ts';
import { payloadLimit } from '../polling/batching.ts';
import {
  assigned,
  called,
  connect,
  createTopic,
  createTopicNamed,
  disconnect,
  done,
  numbered,
  produce,
  recordsOf,
  start,
  stopAll,
  until,
} from './kafka.ts';

beforeAll(connect);
afterEach(stopAll);
afterAll(disconnect);

const sequence = (first: number, count: number) => Array.from({ length: count }, (_, index) => String(first + index));

describe('the event', () => {
  test('has timestampType LOG_APPEND_TIME if the broker sets the timestamp', async () => {
    const topic = `test-${randomUUID()}`;
    await createTopicNamed(topic, 1, [{ name: 'message.timestamp.type', value: 'LogAppendTime' }]);
    await produce(topic, [{ value: 'x', timestamp: '1700000000000' }]);
    const run = start(topic, () => {});
    await done(run, 1);

    const [record] = run.events.flatMap(recordsOf);
    expect(record?.timestampType).toBe('LOG_APPEND_TIME');
    expect(Date.now() - (record?.timestamp ?? 0)).toBeLessThan(60_000);
  });

  test('contains the records as they were produced', async () => {
    const topic = await createTopic(1);
    await produce(topic, [
      {
        key: 'k',
        value: Buffer.from([0, 128, 255]),
        headers: { h: Buffer.from([128, 127]), many: ['1', '2'] },
        timestamp: '1700000000000',
      },
      { value: null, timestamp: '1700000000001' },
    ]);
    const run = start(topic, () => {});
    await done(run, 2);

    expect(run.events).toEqual([
      {
        eventSource: 'aws:kafka',
        eventSourceArn: 'arn:aws:kafka:us-east-1:000000000000:cluster/test/1',
        bootstrapServers: process.env['KAFKA_BROKERS'],
        records: {
          [`${topic}-0`]: [
            {
              topic,
              partition: 0,
              offset: 0,
              timestamp: 1700000000000,
              timestampType: 'CREATE_TIME',
              key: 'aw==',
              value: 'AID/',
              headers: [{ h: [-128, 127] }, { many: [49] }, { many: [50] }],
            },
            {
              topic,
              partition: 0,
              offset: 1,
              timestamp: 1700000000001,
              timestampType: 'CREATE_TIME',
              value: null,
              headers: [],
            },
          ],
        },
      },
    ]);
  });

  test('has up to 6 MB, and not more', async () => {
    const topic = await createTopic(1);
    for (let index = 0; index < 12; index += 1)
      await produce(topic, [{ partition: 0, value: Buffer.alloc(900_000, 97) }]);
    // With this window, only full batches are handed over. The last records wait.
    const run = start(topic, () => {}, { windowMilliseconds: 60_000 });
    await called(run, 2);

    expect(largestEvent(await run.seen(), payloadLimit, 1_300_000)).toEqual([]);
  });

  test('contains at most as many records as the batch size', async () => {
    const topic = await createTopic(2);
    await produce(topic, [...numbered(0, 0, 25), ...numbered(1, 0, 25)]);
    const run = start(topic, () => {}, { batchSize: 10 });
    await done(run, 50);

    expect(largestBatch(await run.seen(), 10)).toEqual([]);
  });

  test('collects records during the batching window', async () => {
    const topic = await createTopic(2);
    const run = start(topic, () => {}, { windowMilliseconds: 60_000, batchSize: 4 });
    await assigned(run, 2);
    for (let index = 0; index < 4; index += 1) await produce(topic, numbered(index % 2, index, 1));
    await done(run, 4);

    expect(inOneBatch(await run.seen(), sequence(0, 4))).toEqual([]);
  });
});

test('at most as many invocations run concurrently as the pollers allow', async () => {
  const topic = await createTopic(4);
  await produce(
    topic,
    [0, 1, 2, 3].flatMap((partition) => numbered(partition, 0, 50)),
  );
  const gate = Promise.withResolvers<void>();
  let [most, inFlight] = [0, 0];
  const invoke = async () => {
    inFlight += 1;
    most = Math.max(most, inFlight);
    await gate.promise;
    inFlight -= 1;
  };
  const run = start(topic, invoke, { batchSize: 10, concurrency: 2 });
  const isAllThere = () => run.poller.status.metrics.PolledEventCount === 200;
  await until(run, 'two invocations, and waiting records', () => inFlight === 2 && isAllThere());
  gate.resolve();
  await done(run, 200);

  expect(most).toBe(2);
});

describe('order', () => {
  test('a partition is processed in offset order, one batch at a time; partitions run concurrently', async () => {
    const topic = await createTopic(3);
    await produce(
      topic,
      [0, 1, 2].flatMap((partition) => numbered(partition, 0, 300)),
    );
    let most = 0;
    let inFlight = 0;
    const sideBySide = Promise.withResolvers<void>();
    const run = start(
      topic,
      async () => {
        inFlight += 1;
        most = Math.max(most, inFlight);
        if (inFlight === 3) sideBySide.resolve();
        await sideBySide.promise;
        inFlight -= 1;
      },
      { batchSize: 50 },
    );
    await done(run, 900);

    const seen = await run.seen();
    const all = sequence(0, 300);
    expect([...oneAtATime(seen), ...inOrder(seen), ...eachOnce(seen, { 0: all, 1: all, 2: all })]).toEqual([]);
    expect(most).toBe(3);
  });
});
