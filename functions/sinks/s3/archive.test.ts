import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { TransientError } from '#lib/errors.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import type { NewObject } from '#lib/stores/objects.ts';
import { batchOfRecords } from '#test/support/msk-event.ts';
import { type ArchiveStores, type Checkpoint, NOTHING_ARCHIVED } from './archive.ts';
import { parseLine } from './line.ts';
import { s3Sink } from './sink.ts';

/** The fault of a store call: it fails before its write, or after it, or the write happens some calls later. */
type Fault = 'none' | 'before' | 'after' | 'late';

/** S3's and DynamoDB's semantics in memory: each write is atomic and conditional, and any call may fail. */
class ModelStores {
  readonly objects = new Map<string, NewObject>();
  readonly checkpoints = new Map<string, Checkpoint>();
  calls = 0;
  #late: (() => unknown)[] = [];

  /** @param turn lets others run first @param faultOf the fault of the n-th call */
  attach(turn: () => Promise<unknown>, faultOf: (call: number) => Fault): ArchiveStores {
    const call = async <T>(apply: () => T): Promise<T> => {
      const fault = faultOf(this.calls++);
      await turn();
      if (fault === 'late') this.#late.push(apply);
      else this.settle();
      const result = fault === 'none' || fault === 'after' ? apply() : undefined;
      await turn();
      if (fault !== 'none') throw new TransientError('FAULT', fault);
      return result as T;
    };
    const current = (id: string) => this.checkpoints.get(id) ?? NOTHING_ARCHIVED;
    const updateIf = (id: string, condition: boolean, to: Checkpoint) => {
      if (condition) this.checkpoints.set(id, to);
      return current(id);
    };
    return {
      checkpoints: {
        read: (id) => call(() => current(id)),
        claim: (id, from, key) =>
          call(() => {
            const { next, pending } = current(id);
            return updateIf(id, next === from.next && pending === undefined, { ...current(id), pending: key });
          }),
        advance: (id, from, to) => call(() => updateIf(id, current(id).next === from.next, to)),
      },
      objects: {
        create: (key, object) =>
          call(() => {
            const there = this.objects.get(key) ?? object;
            this.objects.set(key, there);
            return there.metadata;
          }),
      },
    };
  }

  /** Does the late writes. */
  settle() {
    for (const apply of this.#late.splice(0)) apply();
  }

  /** The content of the objects, in the order of the checkpoint offsets in their keys. */
  archived() {
    return [...this.objects]
      .map(([key, { body, metadata }]) => ({
        from: Number(/-(\d{20})\.ndjson\.gz$/.exec(key)?.[1]),
        end: Number(metadata['end']),
        offsets: gunzipSync(body)
          .toString()
          .trimEnd()
          .split('\n')
          .map((line) => parseLine(line).offset),
      }))
      .sort((a, b) => a.from - b.from);
  }
}

/** Delivers batches like Kafka: in order, each one after the last successful one, and again after a failure. */
async function poll(stores: ArchiveStores, records: readonly KafkaRecord[], sizeOf: (batch: number) => number) {
  const sink = s3Sink({ stores, epochs: {} });
  for (let done = 0, batch = 0; done < records.length; batch += 1) {
    const part = records.slice(done, done + sizeOf(batch));
    const partitions = [{ topic: 'raw-data-topic', partition: 0, records: part }];
    const failures = await sink.write({ partitions, bootstrapServers: '', deadline: { remaining: () => 0 } });
    if (failures.length === 0) done += part.length;
  }
}

/** A log with gaps in its offsets. Its first record may be at any offset. */
const logs = fc
  .uniqueArray(fc.nat(60), { minLength: 1, maxLength: 25 })
  .map((offsets) => recordsAt(offsets.toSorted((a, b) => a - b)));
const batchSizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 });
const faults = fc.array(fc.constantFrom<Fault>('none', 'none', 'before', 'after', 'late'), { maxLength: 30 });

const cycle = (sizes: number[]) => (batch: number) => sizes[batch % sizes.length] as number;
const recordsAt = (offsets: number[]) =>
  batchOfRecords(offsets.map((offset) => ({ offset, value: { offset } }))).partitions[0]?.records ?? [];

/** Each object starts where the one before ends, and the objects have each record of the log once. */
function expectEachOnce(stores: ModelStores, records: readonly KafkaRecord[]) {
  const objects = stores.archived();
  expect(objects.flatMap(({ offsets }) => offsets)).toEqual(records.map(({ offset }) => offset));
  expect(objects.map(({ from }) => from)).toEqual([0, ...objects.slice(0, -1).map(({ end }) => end)]);
  expect(stores.checkpoints.get('raw-data-topic-0')?.next).toBe((records.at(-1) as KafkaRecord).offset + 1);
}

const soon = () => Promise.resolve();

describe('the archive holds each record once', () => {
  test.each<Fault>(['before', 'after', 'late'])('when any one store call fails (%s)', async (fault) => {
    const records = recordsAt([3, 4, 5, 7, 8, 9, 10, 20]);
    const sizes = cycle([4, 2]);
    const smooth = new ModelStores();
    await poll(
      smooth.attach(soon, () => 'none'),
      records,
      sizes,
    );

    for (let crash = 0; crash < smooth.calls; crash += 1) {
      const stores = new ModelStores();
      await poll(
        stores.attach(soon, (call) => (call === crash ? fault : 'none')),
        records,
        cycle([3, 5, 1]),
      );
      stores.settle();

      expectEachOnce(stores, records);
    }
  });

  test('when two workers run at once, with any faults, in any order, on batches split anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), logs, batchSizes, batchSizes, faults, async (s, records, one, other, plan) => {
        const stores = new ModelStores();
        const attached = () =>
          stores.attach(
            () => s.schedule(Promise.resolve()),
            (call) => plan[call] ?? 'none',
          );

        await s.waitFor(Promise.all([poll(attached(), records, cycle(one)), poll(attached(), records, cycle(other))]));
        stores.settle();

        expectEachOnce(stores, records);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a topic that was created again', () => {
  const old = recordsAt([0, 1, 2]);

  async function archiveOld() {
    const stores = new ModelStores();
    await poll(
      stores.attach(soon, () => 'none'),
      old,
      () => 3,
    );
    return stores;
  }

  test('is an error, not a skip', async () => {
    const stores = await archiveOld();
    const sink = s3Sink({ stores: stores.attach(soon, () => 'none'), epochs: {} });

    const failures = await sink.write(batchOfRecords([{ offset: 0, timestamp: (old[0]?.timestamp ?? 0) + 60_000 }]));

    expect(failures.map(({ error }) => [error.code, error.retriable])).toEqual([['TOPIC_RECREATED', true]]);
  });

  test('is archived beside its former records once its epoch is set', async () => {
    const stores = await archiveOld();
    const sink = s3Sink({ stores: stores.attach(soon, () => 'none'), epochs: { 'raw-data-topic': 1 } });

    const failures = await sink.write(batchOfRecords([{ offset: 0, timestamp: Date.UTC(2026, 1, 3, 4) }]));

    expect(failures).toEqual([]);
    expect([...stores.objects.keys()].at(-1)).toBe(
      'raw-data-topic/epoch=1/dt=2026-02-03/hour=04/0-00000000000000000000.ndjson.gz',
    );
  });
});

test('after any error, the records are handed back: the archive has no dead letters', async () => {
  const sink = s3Sink({
    stores: new ModelStores().attach(
      () => Promise.reject(new Error('a bug')),
      () => 'none',
    ),
    epochs: {},
  });

  const failures = await sink.write(batchOfRecords([{ offset: 0 }, { offset: 1 }]));

  expect(failures.map(({ record, error }) => [record.offset, error.retriable])).toEqual([
    [0, true],
    [1, true],
  ]);
});
