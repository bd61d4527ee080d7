import type { fetchV12, RecordsBatch } from '@platformatic/kafka';
import { committedRecords } from './fetched.ts';

const [transactional, control] = [0b1_0000, 0b10_0000];
const markers = { abort: Buffer.from([0, 0, 0, 0]), commit: Buffer.from([0, 0, 0, 1]) };

/** A batch of records `first`, `first + 1`, …. `end` is its last offset: compaction may have removed records. */
function batch(
  first: number,
  count: number,
  { producer = -1, attributes = 0, end = first + count - 1, key = null as Buffer | null } = {},
): RecordsBatch {
  return {
    firstOffset: BigInt(first),
    length: 0,
    partitionLeaderEpoch: 0,
    magic: 2,
    crc: 0,
    attributes: attributes | (producer >= 0 ? transactional : 0),
    lastOffsetDelta: end - first,
    firstTimestamp: 1000n,
    maxTimestamp: 2000n,
    producerId: BigInt(producer),
    producerEpoch: 0,
    firstSequence: 0,
    records: Array.from({ length: count }, (_, offsetDelta) => ({
      length: 0,
      attributes: 0,
      timestampDelta: BigInt(offsetDelta),
      offsetDelta,
      key,
      value: null,
      headers: [],
    })),
  };
}

const marker = (offset: number, producer: number, kind: keyof typeof markers) =>
  batch(offset, 1, { producer, attributes: control, key: markers[kind] });
const emptied = (offset: number, producer: number) => batch(offset, 0, { producer, attributes: control, end: offset });

type Aborted = fetchV12.FetchResponsePartitionAbortedTransaction;

const read = (records: RecordsBatch[], aborted: [producer: number, first: number][] = [], from = 0) => {
  const abortedTransactions = aborted.map(
    ([id, first]): Aborted => ({ producerId: BigInt(id), firstOffset: BigInt(first) }),
  );
  const fetched = committedRecords({ records, abortedTransactions }, from);
  return { offsets: fetched.records.map(({ offset }) => offset), next: fetched.next };
};

test.each([
  ['an empty fetch', [], [], { offsets: [], next: 0 }],
  ['records', [batch(0, 3), batch(3, 1)], [], { offsets: [0, 1, 2, 3], next: 4 }],
  [
    'a batch that has lost its last records in compaction',
    [batch(0, 2, { end: 9 })],
    [],
    { offsets: [0, 1], next: 10 },
  ],
  [
    'batches that compaction has emptied',
    [batch(0, 0, { end: 4 }), batch(7, 0, { end: 8 })],
    [],
    { offsets: [], next: 9 },
  ],
  ['a committed transaction', [batch(0, 2, { producer: 1 }), marker(2, 1, 'commit')], [], { offsets: [0, 1], next: 3 }],
  ['an aborted transaction', [batch(0, 2, { producer: 1 }), marker(2, 1, 'abort')], [[1, 0]], { offsets: [], next: 3 }],
  [
    'an aborted transaction with its marker in a later fetch',
    [batch(0, 2, { producer: 1 })],
    [[1, 0]],
    { offsets: [], next: 2 },
  ],
  [
    'aborted and committed transactions of one producer in turn',
    [
      ...[batch(0, 1, { producer: 1 }), marker(1, 1, 'abort')],
      ...[batch(2, 1, { producer: 1 }), marker(3, 1, 'commit')],
      ...[batch(4, 1, { producer: 1 }), marker(5, 1, 'abort')],
      ...[batch(6, 1, { producer: 1 }), marker(7, 1, 'commit')],
    ],
    [
      [1, 4],
      [1, 0],
    ],
    { offsets: [2, 6], next: 8 },
  ],
  [
    'an aborted transaction between another producer’s transaction and plain records',
    [
      batch(0, 1, { producer: 1 }),
      batch(1, 1, { producer: 2 }),
      batch(2, 1),
      marker(3, 1, 'abort'),
      marker(4, 2, 'commit'),
    ],
    [[1, 0]],
    { offsets: [1, 2], next: 5 },
  ],
  [
    'transaction markers that compaction has emptied',
    [emptied(0, 1), batch(1, 1, { producer: 2 }), emptied(2, 2)],
    [[2, 1]],
    { offsets: [], next: 3 },
  ],
] as [string, RecordsBatch[], [number, number][], ReturnType<typeof read>][])('%s', (_, batches, aborted, expected) => {
  expect(read(batches, aborted)).toEqual(expected);
});

test('records before the requested offset are skipped, although the broker returns whole batches', () => {
  expect(read([batch(0, 5)], [], 3)).toEqual({ offsets: [3, 4], next: 5 });
});

test('the timestamp is the producer’s of each record, or the broker’s of the batch', () => {
  const { records } = committedRecords(
    { records: [batch(0, 2), batch(2, 1, { attributes: 0b1000 })], abortedTransactions: null },
    0,
  );

  expect(records.map(({ timestamp, timestampType }) => [timestamp, timestampType])).toEqual([
    [1000, undefined],
    [1001, undefined],
    [2000, 'LOG_APPEND_TIME'],
  ]);
});
