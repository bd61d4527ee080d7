import type { KafkaRecord } from '#lib/kafka/records.ts';
import type { Fault } from '#test/support/faulty-calls.ts';
import { batchOfRecords } from '#test/support/msk-event.ts';
import type { ArchiveStores } from './archive.ts';
import { ModelStores } from './model-stores.fixture.ts';
import { s3Sink } from './sink.ts';

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

const cycle = (sizes: number[]) => (batch: number) => sizes[batch % sizes.length] as number;
const recordsAt = (offsets: number[]) =>
  batchOfRecords(offsets.map((offset) => ({ offset, value: { offset } }))).partitions[0]?.records ?? [];

/** Each object starts where the one before ends, and the objects have each record of the log once. */
function expectEachOnce(stores: ModelStores, records: readonly KafkaRecord[]) {
  const objects = stores.archived(0);
  expect(objects.flatMap(({ offsets }) => offsets)).toEqual(records.map(({ offset }) => offset));
  expect(objects.map(({ from }) => from)).toEqual([0, ...objects.slice(0, -1).map(({ end }) => end)]);
  expect(stores.checkpoints.get('raw-data-topic-0')?.next).toBe((records.at(-1) as KafkaRecord).offset + 1);
}

describe('the archive holds each record once', () => {
  test.each<Fault>(['before', 'after', 'late'])('when any one store call fails (%s)', async (fault) => {
    const records = recordsAt([3, 4, 5, 7, 8, 9, 10, 20]);
    const sizes = cycle([4, 2]);
    const smooth = new ModelStores().attach();
    await poll(smooth, records, sizes);

    for (let crash = 0; crash < smooth.calls.calls; crash += 1) {
      const stores = new ModelStores();
      const faulty = stores.attach({ faultOf: (call) => (call === crash ? fault : 'none') });
      await poll(faulty, records, cycle([3, 5, 1]));
      await faulty.calls.settle();

      expectEachOnce(stores, records);
    }
  });
});

describe('a topic that was created again', () => {
  const old = recordsAt([0, 1, 2]);

  async function archiveOld() {
    const stores = new ModelStores();
    await poll(stores.attach(), old, () => 3);
    return stores;
  }

  test('is an error, not a skip', async () => {
    const stores = await archiveOld();
    const sink = s3Sink({ stores: stores.attach(), epochs: {} });

    const failures = await sink.write(batchOfRecords([{ offset: 0, timestamp: (old[0]?.timestamp ?? 0) + 60_000 }]));

    expect(failures.map(({ error }) => [error.code, error.retriable])).toEqual([['TOPIC_RECREATED', true]]);
  });

  test('is archived beside its former records once its epoch is set', async () => {
    const stores = await archiveOld();
    const sink = s3Sink({ stores: stores.attach(), epochs: { 'raw-data-topic': 1 } });

    const failures = await sink.write(batchOfRecords([{ offset: 0, timestamp: Date.UTC(2026, 1, 3, 4) }]));

    expect(failures).toEqual([]);
    expect([...stores.objects.keys()].at(-1)).toBe(
      'raw-data-topic/epoch=1/dt=2026-02-03/hour=04/0-00000000000000000000.ndjson.gz',
    );
  });
});

test('after any error, the records are handed back: the archive has no dead letters', async () => {
  const sink = s3Sink({
    stores: new ModelStores().attach({ turn: () => Promise.reject(new Error('a bug')) }),
    epochs: {},
  });

  const failures = await sink.write(batchOfRecords([{ offset: 0 }, { offset: 1 }]));

  expect(failures.map(({ record, error }) => [record.offset, error.retriable])).toEqual([
    [0, true],
    [1, true],
  ]);
});
