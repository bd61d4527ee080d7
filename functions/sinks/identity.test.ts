import type { KafkaRecord } from '#lib/kafka/records.ts';
import { batchOfRecords, type TestRecord } from '#test/support/msk-event.ts';
import { identityOf, originOf } from './identity.ts';

const one = (record: TestRecord) => batchOfRecords([record]).partitions[0]?.records[0] as KafkaRecord;
const processed = (headers: Record<string, string | Buffer>) =>
  one({ topic: 'processed-data-topic', partition: 1, offset: 5, headers });

test('the source of a topic that our functions alone write', () => {
  expect(identityOf(processed({ source: 'raw-data-topic-2-9/Speeding' }))).toBe('raw-data-topic-2-9/Speeding');
});

test('the origin of a redriven record that has no source', () => {
  expect(identityOf(processed({ origin: 'processed-data-topic-0-3' }))).toBe('processed-data-topic-0-3');
  expect(identityOf(processed({ origin: 'processed-data-topic-0-3', source: 'raw-data-topic-2-9' }))).toBe(
    'raw-data-topic-2-9',
  );
});

test('its own coordinates where the headers are missing, unusable, or anybody could have written them', () => {
  const own = 'processed-data-topic-1-5';
  const unusable = ['', 'x'.repeat(513), 'a\u0000b', Buffer.from([0xff])];

  expect(identityOf(processed({}))).toBe(own);
  for (const source of unusable) expect(identityOf(processed({ source }))).toBe(own);
  expect(identityOf(one({ topic: 'demo_topic', offset: 3, headers: { source: 'raw-data-topic-0-0' } }))).toBe(
    'demo_topic-0-3',
  );
});

test('the raw partition and offset of an identity, else its own', () => {
  expect(originOf(processed({ source: 'raw-data-topic-2-9007199254740993/LowFuel' }))).toEqual({
    partition: '2',
    offset: '9007199254740993',
  });
  expect(originOf(processed({ source: 'by-hand' }))).toEqual({ partition: '1', offset: '5' });
});
