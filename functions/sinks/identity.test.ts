import type { KafkaRecord } from '#lib/kafka/records.ts';
import { batchOfRecords, type TestRecord } from '#test/support/msk-event.ts';
import { identityOf, originOf } from './identity.ts';

const one = (record: TestRecord) => batchOfRecords([record]).partitions[0]?.records[0] as KafkaRecord;
const processed = (headers: Record<string, string | Buffer>) =>
  one({ topic: 'processed-data-topic', partition: 1, offset: 5, headers });

test('the identity is the source header, on a topic that only our functions write', () => {
  expect(identityOf(processed({ source: 'raw-data-topic-2-9/Speeding' }))).toBe('raw-data-topic-2-9/Speeding');
});

test('the identity of a redriven record without a source is its origin', () => {
  expect(identityOf(processed({ origin: 'processed-data-topic-0-3' }))).toBe('processed-data-topic-0-3');
  expect(identityOf(processed({ origin: 'processed-data-topic-0-3', source: 'raw-data-topic-2-9' }))).toBe(
    'raw-data-topic-2-9',
  );
});

test("the identity is the record's coordinates if the headers are missing or invalid, or anybody may write to the topic", () => {
  const own = 'processed-data-topic-1-5';
  const unusable = ['', 'x'.repeat(513), 'a\u0000b', Buffer.from([0xff])];

  expect(identityOf(processed({}))).toBe(own);
  for (const source of unusable) expect(identityOf(processed({ source }))).toBe(own);
  expect(identityOf(one({ topic: 'demo_topic', offset: 3, headers: { source: 'raw-data-topic-0-0' } }))).toBe(
    'demo_topic-0-3',
  );
});

test("the origin is the partition and offset in the identity, or the record's own", () => {
  expect(originOf(processed({ source: 'raw-data-topic-2-9007199254740993/LowFuel' }))).toEqual({
    partition: '2',
    offset: '9007199254740993',
  });
  expect(originOf(processed({ source: 'by-hand' }))).toEqual({ partition: '1', offset: '5' });
});
