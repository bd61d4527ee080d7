import { PartitionQueue } from './partition-queue.ts';
import type { KafkaRecord } from './record.ts';

const record = (offset: number, size = 10): KafkaRecord => ({
  offset,
  timestamp: 0,
  key: null,
  value: Buffer.alloc(size),
  headers: [],
});
const offsets = (first: number, count: number, size?: number) => ({
  records: Array.from({ length: count }, (_, index) => record(first + index, size)),
  next: first + count,
});
const create = (passes: (record: KafkaRecord) => boolean = () => true) =>
  new PartitionQueue({
    topic: 't',
    partition: 0,
    batchSize: 100,
    maxBytes: 100_000,
    sizeOf: ({ value }) => (value?.length ?? 0) * 1.5,
    passes,
  });

describe('PartitionQueue', () => {
  test('returns records in order and knows the next offset', () => {
    const queue = create();
    queue.add(offsets(5, 3), 1);
    queue.add(offsets(8, 2), 2);

    expect(queue.shift(4).map(({ offset }) => offset)).toEqual([5, 6, 7, 8]);
    expect(queue).toMatchObject({ length: 1, since: 2, next: 10 });
  });

  test('counts the bytes of queued records', () => {
    const queue = create();
    queue.add(offsets(0, 3), 0);
    queue.shift(3);

    expect(queue.bytes).toBe(0);
  });

  test('is full by number of records or by bytes', () => {
    const byRecords = create();
    byRecords.add(offsets(0, 1000, 1), 0);
    const byBytes = create();
    byBytes.add(offsets(0, 2, 60_000), 0);

    expect([create().full, byRecords.full, byBytes.full]).toEqual([false, true, true]);
  });

  test('is drained when a quarter of it is free', async () => {
    const queue = create();
    queue.add(offsets(0, 1000, 1), 0);
    let drained = false;
    const drain = queue.drained().then(() => {
      drained = true;
    });

    queue.shift(249);
    await new Promise(setImmediate);
    expect(drained).toBe(false);

    queue.shift(1);
    await drain;
    expect(drained).toBe(true);
  });

  test('drops its records if the log begins below them: the topic was created again', () => {
    const queue = create();
    queue.add(offsets(50, 3), 0);
    queue.restart(0);
    expect(queue).toMatchObject({ length: 0, next: 0 });
    queue.add(offsets(0, 2), 0);

    expect(queue.shift(9).map(({ offset }) => offset)).toEqual([0, 1]);
    expect(queue.next).toBe(2);
  });

  test('keeps its records if the log begins above them: the records in between were deleted', () => {
    const queue = create();
    queue.add(offsets(0, 2), 0);
    queue.restart(7);

    expect(queue).toMatchObject({ length: 2, next: 7 });
  });

  test.each([
    ['a marker after its records', [{ ...offsets(0, 3), next: 4 }]],
    ['an empty batch after them', [offsets(0, 3), { records: [], next: 4 }]],
    ['records that begin after a gap', [{ records: [], next: 1 }, offsets(1, 2), { records: [], next: 4 }]],
  ])('reports a gap once, after all records are taken: %s', (_, fetched) => {
    const queue = create();
    for (const one of fetched) queue.add(one, 0);
    expect(queue.takeGap()).toBe(false);

    queue.shift(9);
    expect([queue.head, queue.takeGap(), queue.takeGap()]).toEqual([4, true, false]);
  });

  describe('with a filter', () => {
    const createOdd = () => create(({ offset }) => offset % 2 === 1);

    test('queues the records that pass, and skips the others', () => {
      const queue = createOdd();
      queue.add(offsets(0, 5, 60_000), 1);

      expect(queue).toMatchObject({ length: 2, next: 5, head: 1 });
      expect(queue.shift(9).map(({ offset }) => offset)).toEqual([1, 3]);
      expect(queue).toMatchObject({ bytes: 0, head: 5 });
    });

    test('counts each filtered record once, when it is before the head', () => {
      const queue = createOdd();
      queue.add(offsets(0, 5), 1);
      const counts = [queue.takeFiltered(), queue.takeFiltered()];
      queue.shift(1);
      counts.push(queue.takeFiltered());
      queue.shift(1);
      queue.add(offsets(6, 1), 1);
      counts.push(queue.takeFiltered(), queue.takeFiltered());

      expect(counts).toEqual([1, 0, 1, 2, 0]);
    });

    test('forgets the filtered records when the partition is revoked', () => {
      const queue = createOdd();
      queue.add(offsets(0, 3), 1);
      queue.shift(1);
      queue.revoke();

      expect([queue.takeFiltered(), queue.head]).toEqual([0, undefined]);
    });
  });

  test('forgets its records when the partition is revoked', () => {
    const queue = create();
    queue.assigned = true;
    queue.add(offsets(0, 3), 0);
    queue.revoke();

    expect(queue).toMatchObject({ assigned: false, length: 0, bytes: 0, next: undefined, ownership: 1 });
  });
});
