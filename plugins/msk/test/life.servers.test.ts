import { setTimeout as sleep } from 'node:timers/promises';
import {
  assigned,
  called,
  committed,
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
  texts,
  until,
  untilCommitted,
} from './kafka.ts';

/** How long a fetch waits while a queue is full. */
const ROOM_WAIT_MS = 50;
/** How long an idle fetch waits for more bytes. */
const FETCH_WAIT_MS = 500;

beforeAll(connect);
afterEach(stopAll);
afterAll(disconnect);

describe('life', () => {
  test('waits for a topic that does not exist yet', async () => {
    const topic = `late-${Date.now()}`;
    const run = start(topic, () => {});
    await until(run, 'an error about the topic', () => run.poller.status.lastError);
    await createTopicNamed(topic, 1);
    await produce(topic, numbered(0, 0, 1));
    await done(run, 1);

    expect(texts(run.events)).toEqual(['0']);
  });

  test('two members of a group share the partitions, and a rebalance loses no record', async () => {
    const topic = await createTopic(4);
    const all = [0, 1, 2, 3].flatMap((partition) => numbered(partition, 0, 500));
    await produce(topic, all);
    const slow = () => sleep(60);
    const first = start(topic, slow, { batchSize: 10 });
    await called(first, 6);
    const second = start(topic, slow, { batchSize: 10 });
    await Promise.all([assigned(first, 2), assigned(second, 2)]);
    await untilCommitted(first, topic, { 0: 500, 1: 500, 2: 500, 3: 500 });

    for (const partition of [0, 1, 2, 3]) {
      expect(new Set(texts([...first.events, ...second.events], partition)).size).toBe(500);
    }
    for (const { events } of [first, second]) {
      for (const partition of [0, 1, 2, 3]) {
        const offsets = texts(events, partition).map(Number);
        expect(offsets).toEqual(offsets.toSorted((one, other) => one - other));
      }
    }
  });

  test('a partition with a full queue is read again after it was revoked and reassigned', async () => {
    const topic = await createTopic(2);
    await produce(
      topic,
      [0, 1].flatMap((partition) => numbered(partition, 0, 3000)),
    );
    const gate = Promise.withResolvers<void>();
    const first = start(topic, () => gate.promise, { batchSize: 10 });
    await until(first, 'all records polled', () => first.poller.status.metrics.PolledEventCount === 6000);
    // The poller now waits for room in the queues. This sleep lasts longer than its current fetch.
    await sleep(2 * ROOM_WAIT_MS);
    const second = start(topic, () => gate.promise, { batchSize: 10 });
    await assigned(second, 1);
    await second.poller.stop(0);
    await assigned(first, 2);
    gate.resolve();

    await untilCommitted(first, topic, { 0: 3000, 1: 3000 });
  });

  test('a stop waits for the batch in flight and commits it', async () => {
    const topic = await createTopic(1);
    await produce(topic, numbered(0, 0, 3));
    const gate = Promise.withResolvers<void>();
    const run = start(topic, () => gate.promise);
    await called(run, 1);
    const stopped = run.poller.stop(60_000);
    expect(await committed(run.group, topic)).toEqual({ 0: -1 });
    gate.resolve();
    await stopped;

    expect(await committed(run.group, topic)).toEqual({ 0: 3 });
  });

  test('a stop does not wait longer than its time limit for a batch, and does not commit it', async () => {
    const topic = await createTopic(1);
    await produce(topic, numbered(0, 0, 3));
    const run = start(topic, () => new Promise(() => {}));
    await called(run, 1);
    await run.poller.stop(0);

    expect(await committed(run.group, topic)).toEqual({ 0: -1 });
  });

  test('a record reaches an idle function before the wait of the fetch is over', async () => {
    const topic = await createTopic(1);
    const latencies: number[] = [];
    const run = start(topic, (event) => {
      for (const { timestamp } of recordsOf(event)) latencies.push(Date.now() - timestamp);
    });
    for (let index = 0; index < 20; index += 1) {
      await produce(topic, numbered(0, index, 1));
      await called(run, index + 1);
    }

    expect(latencies.toSorted((one, other) => one - other)[10]).toBeLessThan(FETCH_WAIT_MS);
  });
});
