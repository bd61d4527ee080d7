import { setImmediate as turn } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { PartitionQueue } from '../consumer/partition-queue.ts';
import type { KafkaRecord } from '../consumer/record.ts';
import { retryPolicy } from '../template/retry-policy.ts';
import { eventually } from '../test/eventually.ts';
import { Dispatcher, type DispatcherOptions } from './dispatcher.ts';
import { eventBytes } from './event.ts';
import { type Outcome, succeedAll } from './response.ts';
import { partsOf, type Slice } from './slices.ts';

const limits = { batchSize: 10, maxBytes: 100_000 };

/** A dispatcher. The test settles each of its invocations. */
function setUp(options: Partial<DispatcherOptions> = {}, passes?: (record: KafkaRecord) => boolean) {
  const invocations: {
    offsets: Record<number, number[]>;
    settle: (outcome?: Partial<Outcome>) => void;
    fail: () => void;
  }[] = [];
  const done: [partition: number, next: number, records: number][] = [];
  const failures: string[] = [];
  const dispatcher = new Dispatcher({
    ...limits,
    windowMilliseconds: 0,
    concurrency: Infinity,
    invoke: (slices) =>
      new Promise((resolve, reject) => {
        invocations.push({
          offsets: offsetsOf(slices),
          settle: (outcome) => resolve({ ...succeedAll(partsOf(slices)), ...outcome }),
          fail: () => reject(new Error('no')),
        });
      }),
    done: (queue, next, records) => done.push([queue.partition, next, records]),
    failed: (_, reason) => failures.push(reason),
    policy: retryPolicy({}, true, false),
    discard: () => Promise.reject(new Error('nothing is discarded')),
    ...options,
  });
  const queue = (partition: number) =>
    dispatcher.queue(partition, () => {
      const sizeOf = (record: KafkaRecord) => eventBytes('t', partition, record);
      return new PartitionQueue({ topic: 't', partition, ...limits, sizeOf, ...(passes && { passes }) });
    });
  const add = (partition: number, first: number, count: number) => {
    const records = Array.from({ length: count }, (_, index) => ({
      offset: first + index,
      timestamp: 1000 + first + index,
      key: null,
      value: null,
      headers: [],
    }));
    queue(partition).add({ records, next: first + count }, performance.now());
    dispatcher.wake();
  };
  /** Resolves at the given number of invocations: a retry comes after a pause. */
  const invoked = (count: number) =>
    eventually(() => invocations.length >= count, { what: `${count} invocations`, seen: () => invocations });
  return { dispatcher, invocations, invoked, done, failures, queue, add };
}

function offsetsOf(slices: readonly Slice[]): Record<number, number[]> {
  return Object.fromEntries(slices.map(({ queue, records }) => [queue.partition, records.map(({ offset }) => offset)]));
}

/** Waits until all ready work is done. It takes several turns of the event loop. */
async function tick(): Promise<void> {
  for (let turns = 0; turns < 3; turns += 1) await turn();
}

describe('Dispatcher', () => {
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  test('puts records of several partitions in one batch', async () => {
    const { invocations, add } = setUp();
    add(0, 0, 2);
    add(1, 7, 1);
    await tick();

    expect(invocations.map(({ offsets }) => offsets)).toEqual([{ 0: [0, 1], 1: [7] }]);
  });

  test('knows the oldest record that is not done: in flight, or else waiting', async () => {
    const { invocations, queue, add } = setUp();
    expect(queue(0).oldest).toBeUndefined();
    add(0, 5, 12);
    await tick();
    expect([queue(0).length, queue(0).oldest]).toEqual([2, 1005]);

    invocations[0]?.settle();
    await tick();
    expect([queue(0).length, queue(0).oldest]).toEqual([0, 1015]);

    invocations[1]?.settle();
    await tick();
    expect(queue(0).oldest).toBeUndefined();
  });

  test('limits batches to the batch size, and runs batches of different partitions concurrently', async () => {
    const { invocations, add } = setUp();
    add(0, 0, 12);
    add(1, 0, 12);
    await tick();

    expect(invocations.map(({ offsets }) => Object.keys(offsets))).toEqual([['0'], ['1']]);
    expect(invocations[0]?.offsets[0]).toHaveLength(10);
  });

  test('has at most as many batches in flight as the pollers allow', async () => {
    const { invocations, add } = setUp({ concurrency: 2 });
    for (const partition of [0, 1, 2]) add(partition, 0, 10);
    await tick();
    const before = invocations.map(({ offsets }) => Object.keys(offsets));
    invocations[1]?.settle();
    await tick();

    expect(before).toEqual([['0'], ['1']]);
    expect(invocations.map(({ offsets }) => Object.keys(offsets))).toEqual([['0'], ['1'], ['2']]);
  });

  test('processes a partition sequentially', async () => {
    const { invocations, add, done } = setUp();
    add(0, 0, 12);
    await tick();
    expect(invocations).toHaveLength(1);

    invocations[0]?.settle();
    await tick();

    expect(invocations[1]?.offsets).toEqual({ 0: [10, 11] });
    expect(done).toEqual([[0, 10, 10]]);
  });

  test('waits for a full batch, up to the batching window after the first record', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance'] });
    let clock = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => clock);
    const pass = (ms: number) => {
      clock += ms;
      jest.advanceTimersByTime(ms);
    };
    const { invocations, add } = setUp({ windowMilliseconds: 150 });
    add(0, 0, 3);
    await tick();
    pass(60);
    add(0, 3, 3);
    await tick();
    pass(89);
    await tick();
    expect(invocations).toEqual([]);

    pass(1);
    await tick();
    expect(invocations.map(({ offsets }) => offsets)).toEqual([{ 0: [0, 1, 2, 3, 4, 5] }]);
  });

  test('does not wait for the window if the batch is full', async () => {
    const { invocations, add } = setUp({ windowMilliseconds: 60_000 });
    add(0, 0, 10);
    await tick();

    expect(invocations).toHaveLength(1);
  });

  test('retries a failed batch with the same records, while other partitions go on', async () => {
    const { invocations, invoked, add, done, failures } = setUp();
    add(0, 0, 2);
    await tick();
    invocations[0]?.fail();
    add(0, 2, 1);
    add(1, 0, 1);
    await tick();
    expect(invocations[1]?.offsets).toEqual({ 1: [0] });

    await invoked(3);
    expect(invocations[2]?.offsets).toEqual({ 0: [0, 1] });
    expect(failures).toEqual(['Error: no']);
    expect(done).toEqual([]);

    invocations[2]?.settle();
    await tick();
    expect(done).toEqual([[0, 2, 2]]);
    expect(invocations[3]?.offsets).toEqual({ 0: [2] });
  });

  test('commits up to the first failed record of each partition, and retries from there', async () => {
    const { invocations, invoked, add, done } = setUp();
    add(0, 0, 3);
    add(1, 0, 3);
    await tick();
    invocations[0]?.settle({ failedFrom: [1, undefined], reason: 'one' });
    await invoked(2);

    expect(done).toEqual([
      [0, 1, 1],
      [1, 3, 3],
    ]);
    expect(invocations[1]?.offsets).toEqual({ 0: [1, 2] });
  });

  test('a finished partition is free before the rest of its batch', async () => {
    const { invocations, add } = setUp();
    add(0, 0, 1);
    add(1, 0, 1);
    await tick();
    invocations[0]?.settle({ failedFrom: [0, undefined], reason: 'one' });
    add(1, 1, 1);
    await tick();

    expect(invocations[1]?.offsets).toEqual({ 1: [1] });
  });

  test('neither commits nor retries partitions that were revoked in between', async () => {
    const { invocations, invoked, add, done, queue } = setUp();
    add(0, 0, 1);
    add(1, 0, 1);
    await tick();
    queue(0).revoke();
    invocations[0]?.fail();
    await invoked(2);
    expect(invocations[1]?.offsets).toEqual({ 1: [0] });

    queue(1).revoke();
    invocations[1]?.settle();
    await tick();
    expect(done).toEqual([]);
  });

  test('a partition that is assigned again waits for its earlier batch', async () => {
    const { invocations, add, queue } = setUp();
    add(0, 0, 2);
    await tick();
    queue(0).revoke();
    add(0, 0, 2);
    await tick();
    expect(invocations).toHaveLength(1);

    invocations[0]?.settle();
    await tick();
    expect(invocations[1]?.offsets).toEqual({ 0: [0, 1] });
  });

  describe('filtered records', () => {
    const from = (first: number) => (record: KafkaRecord) => record.offset >= first;
    const only = (offset: number) => (record: KafkaRecord) => record.offset === offset;

    test('are done without an invocation if no other record waits', async () => {
      const { invocations, add, done } = setUp({}, () => false);
      add(0, 0, 3);
      await tick();

      expect([invocations, done]).toEqual([[], [[0, 3, 3]]]);
    });

    test('are done up to the first record that waits for its window', async () => {
      const { dispatcher, invocations, add, done } = setUp({ windowMilliseconds: 60_000 }, from(2));
      add(0, 0, 3);
      await tick();
      await dispatcher.stop();

      expect([invocations, done]).toEqual([[], [[0, 2, 2]]]);
    });

    test('do not count to the batch size', async () => {
      const { invocations, add } = setUp({ windowMilliseconds: 60_000 }, from(5));
      add(0, 0, 14);
      await tick();
      expect(invocations).toEqual([]);

      add(0, 14, 1);
      await tick();
      expect(invocations[0]?.offsets[0]).toHaveLength(10);
    });

    test('are not done before an earlier record that is in flight, fails, and is retried', async () => {
      const { invocations, invoked, add, done } = setUp({}, only(1));
      add(0, 1, 4);
      await tick();
      add(0, 5, 2);
      await tick();
      invocations[0]?.fail();
      await invoked(2);
      expect(done).toEqual([]);

      invocations[1]?.settle();
      await tick();
      expect(invocations.map(({ offsets }) => offsets)).toEqual([{ 0: [1] }, { 0: [1] }]);
      expect(done).toEqual([[0, 7, 6]]);
    });

    test('are not done by a partial response that fails an earlier record', async () => {
      const { invocations, invoked, add, done } = setUp({}, (record) => record.offset % 2 === 1);
      add(0, 1, 4);
      await tick();
      invocations[0]?.settle({ failedFrom: [3], reason: 'one' });
      await invoked(2);
      expect(done).toEqual([[0, 3, 1]]);

      invocations[1]?.settle();
      await tick();
      expect(done.slice(1)).toEqual([[0, 5, 3]]);
    });

    test('are done when the batch of an earlier ownership has ended', async () => {
      const { invocations, add, done, queue } = setUp({}, only(0));
      add(0, 0, 1);
      await tick();
      queue(0).revoke();
      add(0, 1, 2);
      await tick();
      expect(done).toEqual([]);

      invocations[0]?.settle();
      await tick();
      expect(done).toEqual([[0, 3, 2]]);
    });

    test('are not done after a record that stays uncommitted at a stop', async () => {
      const { dispatcher, invocations, add, done } = setUp({}, only(0));
      add(0, 0, 3);
      await tick();
      const stopped = dispatcher.stop();
      invocations[0]?.fail();
      await stopped;
      await tick();

      expect(done).toEqual([]);
    });
  });

  test('offsets without a record are done immediately, or together with the records before them', async () => {
    const { dispatcher, invocations, add, queue, done } = setUp();
    queue(0).add({ records: [], next: 4 }, 0);
    dispatcher.wake();
    await tick();
    expect(done).toEqual([[0, 4, 0]]);

    add(0, 4, 2);
    await tick();
    queue(0).add({ records: [], next: 7 }, 0);
    dispatcher.wake();
    await tick();
    invocations[0]?.settle();
    await tick();
    queue(0).add({ records: [], next: 8 }, 0);
    dispatcher.wake();
    await tick();

    expect(done.at(-1)).toEqual([0, 8, 0]);
    expect(done.filter(([, , records]) => records > 0)).toEqual([[0, 7, 2]]);
  });

  test('stops when the batches in flight are done, without a retry or a new batch', async () => {
    const { dispatcher, invocations, add, done } = setUp();
    add(0, 0, 1);
    add(1, 0, 1);
    await tick();
    add(0, 1, 1);
    const stopped = dispatcher.stop();
    invocations[0]?.settle({ failedFrom: [undefined, 0], reason: 'one' });
    await stopped;
    await tick();

    // A retry or a new batch would be in flight.
    expect(dispatcher.inFlight).toBe(0);
    expect(invocations).toHaveLength(1);
    expect(done).toEqual([[0, 1, 1]]);
  });
});
