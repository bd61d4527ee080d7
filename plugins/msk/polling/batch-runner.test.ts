import fc from 'fast-check';
import { PartitionQueue } from '../consumer/partition-queue.ts';
import type { KafkaRecord } from '../consumer/record.ts';
import { type RetryProperties, retryPolicy } from '../template/retry-policy.ts';
import { eventually } from '../test/eventually.ts';
import { BatchRunner, type BatchRunnerOptions, type Discard } from './batch-runner.ts';
import { failAll, type Outcome, succeedAll } from './response.ts';
import { halves, partsOf, type Slice } from './slices.ts';

const record = (offset: number, timestamp = Date.now()): KafkaRecord => ({
  offset,
  timestamp,
  key: null,
  value: null,
  headers: [],
});

const queueOf = (partition: number, passes: (record: KafkaRecord) => boolean = () => true) =>
  new PartitionQueue({ topic: 't', partition, batchSize: 100, maxBytes: 1_000_000, sizeOf: () => 1, passes });

/** A batch of partitions with these counts of records. All records are taken from their queues. */
function batchOf(...counts: number[]): Slice[] {
  return counts.map((count, partition) => {
    const queue = queueOf(partition);
    queue.add({ records: Array.from({ length: count }, (_, offset) => record(offset)), next: count }, 0);
    queue.busy = true;
    return { queue, ownership: 0, records: queue.shift(count), failures: 0, invocations: 0, discarded: [] };
  });
}

function setUp(properties: RetryProperties, options: Partial<BatchRunnerOptions> = {}) {
  const stop = new AbortController();
  const invocations: number[][] = [];
  const done: [partition: number, next: number, records: number][] = [];
  const discarded: { offsets: number[]; why: Discard }[] = [];
  const runner = new BatchRunner(
    {
      policy: retryPolicy(properties, true, false),
      done: ({ partition }, next, records) => done.push([partition, next, records]),
      failed: () => {},
      discard: async (slices, why) => void discarded.push({ offsets: offsetsOf(slices), why }),
      ...options,
      invoke: (slices) => {
        invocations.push(offsetsOf(slices));
        return options.invoke?.(slices) ?? Promise.resolve(succeedAll(partsOf(slices)));
      },
    },
    stop.signal,
    () => {},
  );
  return { runner, stop, invocations, done, discarded };
}

function offsetsOf(slices: readonly Slice[]): number[] {
  return slices.flatMap(({ records }) => records.map(({ offset }) => offset));
}

const poison =
  (...offsets: number[]) =>
  (slices: readonly Slice[]): Promise<Outcome> =>
    Promise.resolve(
      offsetsOf(slices).some((offset) => offsets.includes(offset))
        ? failAll(partsOf(slices), 'poison')
        : succeedAll(partsOf(slices)),
    );

describe('BatchRunner', () => {
  test('a split that is left with one record commits that record, because the other partition was revoked', async () => {
    const [kept, lost] = batchOf(1, 1) as [Slice, Slice];
    const { runner, invocations, done } = setUp(
      { BisectBatchOnFunctionError: true },
      {
        invoke: (slices) =>
          slices.length > 1
            ? Promise.resolve(failAll(partsOf(slices), 'once'))
            : Promise.resolve(succeedAll(partsOf(slices))),
        // In the pause before the next attempt.
        failed: () => lost.queue.revoke(),
      },
    );
    await runner.run([kept, lost]);

    expect([invocations, done, kept.queue.busy]).toEqual([[[0, 0], [0]], [[0, 1, 1]], false]);
  });

  test('frees a partition only when both of its halves are done', async () => {
    const [slice] = batchOf(2);
    const busy: boolean[] = [];
    const { runner } = setUp(
      { BisectBatchOnFunctionError: true, MaximumRetryAttempts: 0 },
      {
        invoke: (slices) => {
          busy.push(slice?.queue.busy ?? false);
          return poison(0)(slices);
        },
      },
    );
    await runner.run([slice as Slice]);

    expect([...busy, slice?.queue.busy]).toEqual([true, true, true, false]);
  });

  test('discards neither half of a partition that was revoked', async () => {
    const [slice] = batchOf(2) as [Slice];
    const { runner, done, discarded, invocations } = setUp(
      { BisectBatchOnFunctionError: true, MaximumRetryAttempts: 0 },
      {
        invoke: (slices) => {
          if (invocations.length === 2) slice.queue.revoke();
          return poison(0)(slices);
        },
      },
    );
    await runner.run([slice]);

    expect([invocations, done, discarded]).toEqual([[[0, 1], [0]], [], []]);
    expect(slice.queue.busy).toBe(false);
  });

  test('a stop ends the attempts to deliver discarded records, and they stay uncommitted', async () => {
    const batch = batchOf(1);
    let attempts = 0;
    const { runner, stop, done } = setUp(
      { MaximumRetryAttempts: 0 },
      {
        invoke: poison(0),
        discard: () => {
          attempts += 1;
          return Promise.reject(new Error('away'));
        },
      },
    );
    const run = runner.run(batch);
    await eventually(() => attempts > 1, { what: 'a second attempt', seen: () => attempts });
    stop.abort();
    await run;

    expect(done).toEqual([]);
    expect(batch[0]?.queue.busy).toBe(false);
  });

  test('a partition that waits for the destination does not block other partitions', async () => {
    const [poisoned, other] = batchOf(1, 2) as [Slice, Slice];
    const { runner, stop, done } = setUp(
      { MaximumRetryAttempts: 0 },
      {
        invoke: () => Promise.resolve({ failedFrom: [0, undefined], reason: 'one' }),
        discard: () => Promise.reject(new Error('away')),
      },
    );
    const run = runner.run([poisoned, other]);
    await eventually(() => !other.queue.busy, { what: 'the other partition is done', seen: () => done });

    expect([done, other.queue.busy, poisoned.queue.busy]).toEqual([[[1, 2, 2]], false, true]);
    stop.abort();
    await run;
  });

  test('a partition that waits for the destination does not delay the retry of another partition', async () => {
    const { runner, stop, invocations } = setUp(
      { MaximumRetryAttempts: 1 },
      {
        invoke: (slices) => {
          const ends: Outcome = { failedFrom: slices.map(({ records }) => records[0]?.offset), reason: 'poison' };
          if (invocations.length === 2) ends.failedFrom[1] = 1;
          return Promise.resolve(ends);
        },
        discard: () => Promise.reject(new Error('away')),
      },
    );
    const run = runner.run(batchOf(1, 2));
    await eventually(() => invocations.length > 2, { what: 'a retry of the other partition', seen: () => invocations });

    expect(invocations.slice(0, 3)).toEqual([[0, 0, 1], [0, 0, 1], [1]]);
    stop.abort();
    await run;
  });

  test('old records that wait for the destination do not block partitions without old records', async () => {
    const [aged, fresh] = batchOf(2, 1) as [Slice, Slice];
    (aged.records[0] as KafkaRecord).timestamp = 0;
    let away = true;
    const { runner, done, invocations, discarded } = setUp(
      { MaximumRecordAgeInSeconds: 60 },
      {
        discard: async (slices, why) => {
          if (away) throw new Error('away');
          discarded.push({ offsets: offsetsOf(slices), why });
        },
      },
    );
    const run = runner.run([aged, fresh]);
    await eventually(() => !fresh.queue.busy, { what: 'the fresh partition is done', seen: () => done });
    expect([invocations, done, fresh.queue.busy, aged.queue.busy]).toEqual([[[0]], [[1, 1, 1]], false, true]);
    away = false;
    await run;

    expect(discarded).toEqual([{ offsets: [0], why: { condition: 'RecordAgeExceeded', invocations: 0 } }]);
    expect([invocations.at(-1), done.slice(1), aged.queue.busy]).toEqual([
      [1],
      [
        [0, 1, 1],
        [0, 2, 1],
      ],
      false,
    ]);
  });

  test('a record that gets too old between two attempts is discarded, and the other record is retried', async () => {
    const { runner, invocations, discarded, done } = setUp(
      { MaximumRecordAgeInSeconds: 60 },
      {
        invoke: (slices) => {
          const [slice] = slices as [Slice];
          if (invocations.length === 2) (slice.records[0] as KafkaRecord).timestamp = 0;
          return poison(0)(slices);
        },
      },
    );
    await runner.run(batchOf(2));

    expect(invocations).toEqual([[0, 1], [0, 1], [1]]);
    expect(discarded).toEqual([{ offsets: [0], why: { condition: 'RecordAgeExceeded', invocations: 2 } }]);
    expect(done.at(-1)).toEqual([0, 2, 1]);
  });

  test('a record that is too old after a split counts its invocations before the split', async () => {
    const batch = batchOf(2);
    const { runner, discarded } = setUp(
      { MaximumRecordAgeInSeconds: 60, BisectBatchOnFunctionError: true },
      {
        invoke: (slices) => {
          for (const { records } of slices) for (const own of records) own.timestamp = 0;
          return poison(0, 1)(slices);
        },
      },
    );
    await runner.run(batch);

    expect(discarded.map(({ why }) => why.invocations)).toEqual([1, 1]);
  });

  test('an attempt to deliver knows the records that earlier attempts delivered', async () => {
    const known: number[] = [];
    const { runner } = setUp(
      { MaximumRetryAttempts: 0 },
      {
        invoke: poison(0),
        discard: async (slices, _, delivered) => {
          known.push(delivered.size);
          if (known.length < 3) delivered.add(slices[0]?.records[known.length - 1] as KafkaRecord);
          if (known.length < 3) throw new Error('away');
        },
      },
    );
    await runner.run(batchOf(3));

    expect(known).toEqual([0, 1, 2]);
  });

  test('the records of a partition that was revoked in between are not sent to the destination', async () => {
    const [slice] = batchOf(1) as [Slice];
    let attempts = 0;
    const { runner, done } = setUp(
      { MaximumRetryAttempts: 0 },
      {
        invoke: poison(0),
        discard: () => {
          attempts += 1;
          slice.queue.revoke();
          return attempts > 1 ? Promise.resolve() : Promise.reject(new Error('away'));
        },
      },
    );
    await runner.run([slice]);

    expect([attempts, done, slice.queue.busy]).toEqual([1, [], false]);
  });

  test('filtered records after a discarded record are done with it', async () => {
    const queue = queueOf(0, ({ offset }) => offset === 0);
    queue.add({ records: [record(0), record(1), record(2)], next: 3 }, 0);
    const slice = { queue, ownership: 0, records: queue.shift(1), failures: 0, invocations: 0, discarded: [] };
    const { runner, done } = setUp({ MaximumRetryAttempts: 0 }, { invoke: poison(0) });
    await runner.run([slice]);

    expect(done).toEqual([[0, 3, 3]]);
  });

  test('for any failures, each record is done once, and commits never go back', async () => {
    const bad = fc.array(fc.nat(11), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 12 }), bad, fc.boolean(), async (count, poisoned, bisects) => {
        const properties = { MaximumRetryAttempts: 0, BisectBatchOnFunctionError: bisects };
        const { runner, done, discarded, invocations } = setUp(properties, { invoke: poison(...poisoned) });
        await runner.run(batchOf(count));

        const given = discarded.flatMap(({ offsets }) => offsets);
        const failing = poisoned.filter((offset) => offset < count);
        const expected = bisects ? [...new Set(failing)].toSorted((one, other) => one - other) : given;
        expect(given).toEqual(expected);
        expect(given.length > 0).toBe(failing.length > 0);
        // Offsets have no gaps here, so each committed offset equals the number of done records.
        const ended = done.map((_, index) => done.slice(0, index + 1).reduce((sum, [, , records]) => sum + records, 0));
        expect(done.map(([, next]) => next)).toEqual(ended);
        expect(ended.at(-1)).toBe(count);
        expect(new Set(invocations.flat()).size).toBe(count);
      }),
      { numRuns: 8 },
    );
  });
});

describe('halves', () => {
  test('splits a batch of several partitions between partitions', () => {
    const batch = batchOf(1, 5, 2);
    expect(halves(batch)).toEqual({ first: batch.slice(0, 2), second: batch.slice(2), sideBySide: true });
  });

  test('splits a batch of one partition between records, with its discarded offsets', () => {
    const [slice] = batchOf(5) as [Slice];
    const { first, second, sideBySide } = halves([{ ...slice, discarded: [-1, 9] }]);

    expect([offsetsOf(first), offsetsOf(second), sideBySide]).toEqual([[0, 1, 2], [3, 4], false]);
    expect([first[0]?.discarded, second[0]?.discarded, first[0]?.followedBy]).toEqual([[-1], [9], 3]);
    expect(second[0]).not.toHaveProperty('followedBy');
  });
});
