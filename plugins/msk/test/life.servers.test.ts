import { setTimeout as sleep } from 'node:timers/promises';
import {
  committed,
  connect,
  createTopic,
  createTopicNamed,
  disconnect,
  done,
  eventually,
  numbered,
  produce,
  recordsOf,
  start,
  stopAll,
  texts,
} from './kafka.ts';

beforeAll(connect);
afterEach(stopAll);
afterAll(disconnect);

describe('life', () => {
  test('waits for a topic that does not exist yet', async () => {
    const topic = `late-${Date.now()}`;
    const run = start(topic, () => {});
    await eventually(() => run.poller.status.lastError);
    await createTopicNamed(topic, 1);
    await produce(topic, numbered(0, 0, 1));
    await done(run, 1);

    expect(texts(run.events)).toEqual(['0']);
  });

  test('two members of a group share the partitions, and nothing is lost over the rebalance', async () => {
    const topic = await createTopic(4);
    const all = [0, 1, 2, 3].flatMap((partition) => numbered(partition, 0, 500));
    await produce(topic, all);
    const slow = () => sleep(60);
    const first = start(topic, slow, { batchSize: 10 });
    await eventually(() => first.events.length > 5);
    const second = start(topic, slow, { batchSize: 10 });
    await eventually(() => second.poller.status.assigned === 2 && first.poller.status.assigned === 2);
    await eventually(async () => Object.values(await committed(first.group, topic)).every((offset) => offset === 500));

    for (const partition of [0, 1, 2, 3]) {
      expect(new Set(texts([...first.events, ...second.events], partition)).size).toBe(500);
    }
    for (const { events } of [first, second]) {
      for (const partition of [0, 1, 2, 3]) {
        const offsets = texts(events, partition).map(Number);
        expect(offsets).toEqual(offsets.toSorted((one, other) => one - other));
      }
    }
  }, 20_000);

  test('a partition that was full, was taken away and came back is read on', async () => {
    const topic = await createTopic(2);
    await produce(
      topic,
      [0, 1].flatMap((partition) => numbered(partition, 0, 3000)),
    );
    const gate = Promise.withResolvers<void>();
    const first = start(topic, () => gate.promise, { batchSize: 10 });
    await eventually(() => first.poller.status.metrics.PolledEventCount > 2000);
    await sleep(1000);
    const second = start(topic, () => gate.promise, { batchSize: 10 });
    await eventually(() => second.poller.status.assigned === 1);
    await second.poller.stop(0);
    await eventually(() => first.poller.status.assigned === 2);
    gate.resolve();

    await eventually(async () => Object.values(await committed(first.group, topic)).every((offset) => offset === 3000));
  }, 20_000);

  test('a stop waits for the batch in flight and commits it', async () => {
    const topic = await createTopic(1);
    await produce(topic, numbered(0, 0, 3));
    const run = start(topic, () => sleep(500));
    await eventually(() => run.events.length === 1);
    await run.poller.stop(5000);

    expect(await committed(run.group, topic)).toEqual({ 0: 3 });
  });

  test('a stop gives a batch up that takes longer than the bound', async () => {
    const topic = await createTopic(1);
    await produce(topic, numbered(0, 0, 3));
    const run = start(topic, () => new Promise(() => {}));
    await eventually(() => run.events.length === 1);
    const before = Date.now();
    await run.poller.stop(300);

    expect(Date.now() - before).toBeLessThan(3000);
    expect(await committed(run.group, topic)).toEqual({ 0: -1 });
  });

  test('a record reaches an idle function within milliseconds', async () => {
    const topic = await createTopic(1);
    const latencies: number[] = [];
    const run = start(topic, (event) => {
      for (const { timestamp } of recordsOf(event)) latencies.push(Date.now() - timestamp);
    });
    await eventually(() => run.poller.status.assigned === 1);
    for (let index = 0; index < 50; index += 1) {
      await produce(topic, numbered(0, index, 1));
      await sleep(20);
    }
    await done(run, 50);

    expect(latencies.toSorted((one, other) => one - other)[25]).toBeLessThan(50);
  });
});
