import { setTimeout as sleep } from 'node:timers/promises';
import {
  committed,
  connect,
  createTopic,
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

describe('failures', () => {
  test('offsets are committed after success only', async () => {
    const topic = await createTopic(1);
    await produce(topic, numbered(0, 0, 5));
    const gate = Promise.withResolvers<void>();
    const run = start(topic, () => gate.promise);
    await eventually(() => run.events.length === 1);
    await sleep(300);
    expect(await committed(run.group, topic)).toEqual({ 0: -1 });

    gate.resolve();
    await done(run, 5);
    expect(await committed(run.group, topic)).toEqual({ 0: 5 });
  });

  test('a batch that throws comes again, in order, while other partitions go on', async () => {
    const topic = await createTopic(2);
    let failures = 3;
    const run = start(topic, (event) => {
      if (recordsOf(event).some(({ text }) => text === 'bad') && failures-- > 0) throw new TypeError('not yet');
    });
    await eventually(() => run.poller.status.assigned === 2);
    await run.poller.refreshPositions();
    await produce(topic, [{ partition: 0, value: 'bad' }]);
    await eventually(() => run.poller.status.metrics.InvokeErrorCount === 1);
    expect(run.poller.status.lastError).toBe('not yet');
    await produce(topic, [...numbered(0, 0, 2), ...numbered(1, 0, 2)]);
    await eventually(() => texts(run.events, 1).length === 2);
    expect(await committed(run.group, topic)).toMatchObject({ 0: -1 });
    await done(run, 5);

    expect(texts(run.events, 0)).toEqual(['bad', 'bad', 'bad', 'bad', '0', '1']);
    expect(await committed(run.group, topic)).toEqual({ 0: 3, 1: 2 });
    expect(run.poller.status.metrics).toMatchObject({ InvokeErrorCount: 3, SumOffsetLag: 0 });
    expect(run.poller.status.lastError).toBeUndefined();
  });

  test('a partial response commits up to the first failed record of its partition', async () => {
    const topic = await createTopic(2);
    await produce(topic, [...numbered(0, 0, 4), ...numbered(1, 0, 2)]);
    const gate = Promise.withResolvers<void>();
    const run = start(
      topic,
      async () => {
        if (run.events.length > 1) return await gate.promise;
        return { batchItemFailures: [3, 2].map((offset) => ({ itemIdentifier: { partition: `${topic}-0`, offset } })) };
      },
      { reportsFailures: true },
    );
    await eventually(async () => (await committed(run.group, topic))[0] === 2);
    expect(await committed(run.group, topic)).toEqual({ 0: 2, 1: 2 });
    await eventually(() => run.events.length === 2);
    expect(texts(run.events.slice(1))).toEqual(['2', '3']);

    gate.resolve();
    await done(run, 6);
  });

  test('an invalid identifier fails the whole batch', async () => {
    const topic = await createTopic(1);
    await produce(topic, numbered(0, 0, 3));
    const invalid = { batchItemFailures: [{ itemIdentifier: { partition: `${topic}-0`, offset: 99 } }] };
    const run = start(topic, () => (run.events.length === 1 ? invalid : null), { reportsFailures: true });
    await done(run, 3);

    expect(texts(run.events)).toEqual(['0', '1', '2', '0', '1', '2']);
  });

  test('a returned list is no failure where the mapping does not report', async () => {
    const topic = await createTopic(1);
    await produce(topic, numbered(0, 0, 3));
    const list = { batchItemFailures: [{ itemIdentifier: { partition: `${topic}-0`, offset: 0 } }] };
    const run = start(topic, () => list);
    await done(run, 3);

    expect(run.events).toHaveLength(1);
  });

  test('stops fetching where the function is slow, and knows its lag', async () => {
    const topic = await createTopic(1);
    for (let index = 0; index < 20; index += 1) await produce(topic, [{ partition: 0, value: Buffer.alloc(900_000) }]);
    const gate = Promise.withResolvers<void>();
    const run = start(topic, () => gate.promise);
    await eventually(() => run.events.length === 1);
    await sleep(1500);
    await produce(topic, numbered(0, 0, 10));
    await run.poller.refreshPositions();

    expect(run.poller.status.metrics.PolledEventCount).toBeLessThan(15);
    expect(run.poller.status.metrics.SumOffsetLag).toBe(30);

    gate.resolve();
    await done(run, 30);
    expect(run.poller.status.metrics.SumOffsetLag).toBe(0);
  });
});
