import fc from 'fast-check';
import { batchOfRecords, type TestRecord } from '#test/support/msk-event.ts';
import { PermanentError, TransientError } from '../errors.ts';
import { type Batch, type BatchFunction, type Failure, recordsOf } from './batch.ts';
import { coordinatesText } from './records.ts';
import { inSlices } from './slices.ts';

const names = (batch: Batch) => recordsOf(batch).map(coordinatesText);

/** Keeps the slices that it gets; fails where a record's value says so. */
function work() {
  const slices: Batch[] = [];
  const own: BatchFunction = async (batch) => {
    slices.push(batch);
    return recordsOf(batch).flatMap((record): Failure[] => {
      const text = record.value?.toString();
      if (text === 'down') return [{ record, error: new TransientError('DOWN', 'the store is down') }];
      return text === 'bad' ? [{ record, error: new PermanentError('BAD', 'the record is bad') }] : [];
    });
  };
  return { slices, own };
}

test('slices have all records of the batch in their order, and all but the last are full', async () => {
  const partitions = fc.array(fc.nat(7), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(partitions, fc.integer({ min: 1, max: 6 }), async (counts, size) => {
      const records = counts.flatMap((count, partition) =>
        Array.from({ length: count }, (): TestRecord => ({ partition, value: 'a' })),
      );
      const batch = batchOfRecords(records);
      const { slices, own } = work();

      await inSlices(own, size)(batch);

      expect(slices.flatMap(names)).toEqual(names(batch));
      const sizes = slices.map((slice) => names(slice).length);
      expect(sizes.slice(0, -1).every((count) => count === size)).toBe(true);
      expect(sizes.every((count) => count > 0 && count <= size)).toBe(true);
    }),
  );
});

test('returns the failures of all slices', async () => {
  const batch = batchOfRecords(['bad', 'a', 'a', 'bad'].map((value) => ({ value })));

  const failures = await inSlices(work().own, 2)(batch);

  expect(failures.map(({ record, error }) => [record.offset, error.code])).toEqual([
    [0, 'BAD'],
    [3, 'BAD'],
  ]);
});

test('after a retriable failure, later slices leave out its partition, so that its order is kept', async () => {
  const batch = batchOfRecords([
    ...['down', 'a', 'a'].map((value) => ({ partition: 0, value })),
    ...['a', 'a'].map((value) => ({ partition: 1, value })),
  ]);
  const { slices, own } = work();

  await inSlices(own, 2)(batch);

  expect(slices.map(names)).toEqual([
    ['raw-data-topic-0-0', 'raw-data-topic-0-1'],
    ['raw-data-topic-1-0'],
    ['raw-data-topic-1-1'],
  ]);
});
