import { setTimeout as sleep } from 'node:timers/promises';
import { payloadLimit } from '../batching.ts';
import type { MskEvent } from '../event.ts';
import { valueFilter } from '../filters.ts';
import {
  committed,
  connect,
  createTopic,
  createTopicNamed,
  disconnect,
  eventually,
  numbered,
  produce,
  recordsOf,
  start,
  stopAll,
} from './kafka.ts';

beforeAll(connect);
afterEach(stopAll);
afterAll(disconnect);

const texts = (events: MskEvent[], partition?: number) =>
  events
    .flatMap(recordsOf)
    .flatMap((record) => (partition === undefined || record.partition === partition ? record.text : []));
const done = (run: ReturnType<typeof start>, records: number) =>
  eventually(() => run.poller.status.committed === records && run.poller.status.inFlight === 0);
const sequence = (first: number, count: number) => Array.from({ length: count }, (_, index) => String(first + index));

describe('the event', () => {
  test('holds records as they were produced', async () => {
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

  test('stays under 6 MB, and comes near it', async () => {
    const topic = await createTopic(1);
    for (let index = 0; index < 12; index += 1)
      await produce(topic, [{ partition: 0, value: Buffer.alloc(900_000, 97) }]);
    const run = start(topic, () => sleep(300), { windowMilliseconds: 1000 });
    await done(run, 12);

    const sizes = run.events.map((event) => Buffer.byteLength(JSON.stringify(event)));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(payloadLimit);
    expect(Math.max(...sizes)).toBeGreaterThan(payloadLimit - 1_300_000);
  });

  test('holds as many records as the batch size, at most', async () => {
    const topic = await createTopic(2);
    await produce(topic, [...numbered(0, 0, 25), ...numbered(1, 0, 25)]);
    const run = start(topic, () => {}, { batchSize: 10 });
    await done(run, 50);

    expect(Math.max(...run.events.map((event) => recordsOf(event).length))).toBe(10);
  });

  test('gathers for the batching window', async () => {
    const topic = await createTopic(2);
    const run = start(topic, () => {}, { windowMilliseconds: 1500 });
    await eventually(() => run.poller.status.assigned === 2);
    for (let index = 0; index < 4; index += 1) await produce(topic, numbered(index % 2, index, 1));
    await done(run, 4);

    expect(run.events).toHaveLength(1);
  });
});

describe('order', () => {
  test('a partition is in offset order, one batch at a time; partitions run side by side', async () => {
    const topic = await createTopic(3);
    await produce(
      topic,
      [0, 1, 2].flatMap((partition) => numbered(partition, 0, 300)),
    );
    const active = new Map<number, number>();
    let overlaps = 0;
    let most = 0;
    let inFlight = 0;
    const run = start(
      topic,
      async (event) => {
        const partitions = new Set(recordsOf(event).map(({ partition }) => partition));
        for (const partition of partitions) {
          overlaps += active.get(partition) ?? 0;
          active.set(partition, 1);
        }
        inFlight += 1;
        most = Math.max(most, inFlight);
        await sleep(5);
        inFlight -= 1;
        for (const partition of partitions) active.set(partition, 0);
      },
      { batchSize: 50 },
    );
    await done(run, 900);

    expect(overlaps).toBe(0);
    expect(most).toBe(3);
    for (const partition of [0, 1, 2]) expect(texts(run.events, partition)).toEqual(sequence(0, 300));
  });
});

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
    await eventually(() => run.poller.status.failedInvocations === 1);
    expect(run.poller.status.lastError).toBe('not yet');
    await produce(topic, [...numbered(0, 0, 2), ...numbered(1, 0, 2)]);
    await eventually(() => texts(run.events, 1).length === 2);
    expect(await committed(run.group, topic)).toMatchObject({ 0: -1 });
    await done(run, 5);

    expect(texts(run.events, 0)).toEqual(['bad', 'bad', 'bad', 'bad', '0', '1']);
    expect(await committed(run.group, topic)).toEqual({ 0: 3, 1: 2 });
    expect(run.poller.status).toMatchObject({ failedInvocations: 3, lag: 0 });
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

    expect(run.poller.status.polled).toBeLessThan(15);
    expect(run.poller.status.lag).toBe(30);

    gate.resolve();
    await done(run, 30);
    expect(run.poller.status.lag).toBe(0);
  });
});

describe('filters', () => {
  const filtered = (...patterns: object[]) => {
    const filter = valueFilter({ Filters: patterns.map((pattern) => ({ Pattern: JSON.stringify(pattern) })) });
    return { ...(filter && { filter }) };
  };
  const orders = (partition: number, first: number, count: number) =>
    Array.from({ length: count }, (_, index) => ({
      partition,
      value: JSON.stringify({ order: first + index, kind: (first + index) % 3 === 0 ? 'urgent' : 'usual' }),
    }));
  const urgent = { value: { kind: ['urgent'] } };

  test('records filtered out are never handed over, and their offsets are committed', async () => {
    const topic = await createTopic(2);
    await produce(topic, [...orders(0, 0, 100), ...orders(1, 0, 100)]);
    const run = start(topic, () => {}, { batchSize: 10, ...filtered(urgent, { value: { order: [1] } }) });
    await done(run, 200);

    const numbers = texts(run.events, 0).map((text) => (JSON.parse(text) as { order: number }).order);
    expect(numbers).toEqual([0, 1, ...Array.from({ length: 33 }, (_, index) => 3 * (index + 1))]);
    expect(await committed(run.group, topic)).toEqual({ 0: 100, 1: 100 });
    await run.poller.refreshPositions();
    expect(run.poller.status).toMatchObject({ polled: 200, filteredOut: 130, invoked: 70, lag: 0 });
  });

  test('where all is filtered out, offsets are committed without an invocation', async () => {
    const topic = await createTopic(1);
    await produce(topic, orders(0, 1, 2));
    const run = start(topic, () => {}, filtered(urgent));
    await done(run, 2);

    expect(run.events).toEqual([]);
    expect(await committed(run.group, topic)).toEqual({ 0: 2 });
  });

  test('a record filtered out is not committed before one that fails', async () => {
    const topic = await createTopic(1);
    await produce(topic, orders(0, 2, 3));
    const gate = Promise.withResolvers<void>();
    const run = start(
      topic,
      async () => {
        if (run.events.length === 1) throw new Error('not yet');
        await gate.promise;
      },
      filtered(urgent),
    );
    await eventually(() => run.events.length === 2);
    await sleep(300);
    expect(await committed(run.group, topic)).toEqual({ 0: 1 });

    gate.resolve();
    await done(run, 3);
    expect(await committed(run.group, topic)).toEqual({ 0: 3 });
  });

  test('what a pattern for JSON is not meant for is handed over: null, plain text, other encodings', async () => {
    const topic = await createTopic(1);
    await produce(topic, [
      ...[null, 'urgent?', Buffer.from([0xff, 0xfe])].map((value) => ({ partition: 0, value })),
      ...orders(0, 1, 1),
    ]);
    const run = start(topic, () => {}, filtered(urgent));
    await done(run, 4);

    expect(run.events.flatMap(recordsOf).map(({ value }) => value)).toEqual([null, 'dXJnZW50Pw==', '//4=']);
  });
});

describe('starting position', () => {
  const begin = async (settings: Parameters<typeof start>[2]) => {
    const topic = await createTopic(1);
    await produce(topic, [
      { partition: 0, value: 'old', timestamp: '1700000000000' },
      { partition: 0, value: 'middle', timestamp: '1700000005000' },
    ]);
    const run = start(topic, () => {}, settings);
    await eventually(async () => run.events.length > 0 || (await committed(run.group, topic))[0] !== -1);
    await produce(topic, [{ partition: 0, value: 'new' }]);
    await eventually(() => texts(run.events).includes('new'));
    return texts(run.events);
  };

  test('TRIM_HORIZON reads all', async () => {
    expect(await begin({ startingPosition: { at: 'TRIM_HORIZON' } })).toEqual(['old', 'middle', 'new']);
  });

  test('LATEST reads what comes after the start', async () => {
    expect(await begin({ startingPosition: { at: 'LATEST' } })).toEqual(['new']);
  });

  test('AT_TIMESTAMP reads from that time on', async () => {
    const startingPosition = { at: 'AT_TIMESTAMP', timestamp: 1700000001000 } as const;

    expect(await begin({ startingPosition })).toEqual(['middle', 'new']);
  });

  test('the offsets that a group has go before it', async () => {
    const topic = await createTopic(1);
    await produce(topic, numbered(0, 0, 2));
    const first = start(topic, () => {});
    await done(first, 2);
    await stopAll();
    await produce(topic, numbered(0, 2, 2));
    const second = start(topic, () => {}, { startingPosition: { at: 'LATEST' } });
    await done(second, 2);

    expect(texts(second.events)).toEqual(['2', '3']);
  });

  test('LATEST that failed on its first record does not skip it at the next start', async () => {
    const topic = await createTopic(1);
    const settings = { startingPosition: { at: 'LATEST' } } as const;
    const first = start(topic, () => Promise.reject(new Error('down')), settings);
    await eventually(async () => (await committed(first.group, topic))[0] === 0);
    await produce(topic, numbered(0, 0, 2));
    await eventually(() => first.events.length > 0);
    await stopAll();
    const second = start(topic, () => {}, settings);
    await done(second, 2);

    expect(texts(second.events)).toEqual(['0', '1']);
  });
});

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
  });

  test('a partition that was full, was taken away and came back is read on', async () => {
    const topic = await createTopic(2);
    await produce(
      topic,
      [0, 1].flatMap((partition) => numbered(partition, 0, 3000)),
    );
    const gate = Promise.withResolvers<void>();
    const first = start(topic, () => gate.promise, { batchSize: 10 });
    await eventually(() => first.poller.status.polled > 2000);
    await sleep(1000);
    const second = start(topic, () => gate.promise, { batchSize: 10 });
    await eventually(() => second.poller.status.assigned === 1);
    await second.poller.stop(0);
    await eventually(() => first.poller.status.assigned === 2);
    gate.resolve();

    await eventually(async () => Object.values(await committed(first.group, topic)).every((offset) => offset === 3000));
  });

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
