import type { KafkaRecord } from '#lib/kafka/records.ts';
import { redriveHeaders } from '#lib/kafka/redrive.ts';
import { batchOfRecords, type TestRecord } from '#test/support/msk-event.ts';
import { readWindowOrder } from '../orders/window-order.ts';
import { entities } from './dynamodb/items.ts';
import { identityOf } from './identity.ts';
import { tables } from './rds/rows.ts';

const CLOCK = { now: 0, tombstoneDays: 1, loginDays: 1 };
const one = (record: TestRecord) => batchOfRecords([record]).partitions[0]?.records[0] as KafkaRecord;

/** A record that lay at offset 3 first, and lies at offset 90 now. */
function redriven(topic: string, record: TestRecord, more: Record<string, string> = {}): KafkaRecord {
  const origin = { topic, partition: 1, offset: 3 };
  const added = redriveHeaders({ id: 'r', attempt: 1, letter: 'demo-dlq-0-0', for: 'insertIntoRds', origin });
  const headers = { ...more, ...Object.fromEntries(added.map(({ name, value }) => [name, String(value)])) };
  return one({ topic, partition: 1, offset: 90, ...record, headers });
}

test('a redriven record is stored under the name and in the place of its first coordinates', () => {
  const record = redriven('demo_topic', { key: 'k', value: 'v' });

  expect(identityOf(record)).toBe('demo_topic-1-3');
  expect(JSON.parse(tables.records.row(record))).toMatchObject({ source: 'demo_topic-1-3', partition: 1, offset: 3 });
  expect(entities.records.item(record, CLOCK)).toMatchObject({
    topicPartition: { S: 'demo_topic-1' },
    offset: { N: '3' },
  });
});

test('on a topic of ours, the source stays that of the record from which it was made', () => {
  const source = { source: 'raw-data-topic-0-7/Speeding' };
  expect(identityOf(redriven('alerts-topic', { value: '{}' }, source))).toBe(source.source);
});

test('a redriven trip counts as old as it is: it replaces no later trip of its vehicle', () => {
  expect(entities.trips.item(redriven('trips-topic', { key: 'V1', value: null }), CLOCK)).toMatchObject({
    partition: { N: '1' },
    offset: { N: '3' },
  });
});

test('the result of a redriven order is another order for the windows than that of any other record', () => {
  const value = { product_id: 'P1', amount: 1, timestamp: '2026-01-01T00:00:00Z' };
  const order = (source: string) => {
    const { raw, offset } = readWindowOrder(one({ topic: 'processed-orders', value, headers: { source } }));
    return { raw, offset };
  };

  expect(order('orders-1-3')).toEqual({ raw: 'orders-1', offset: 3 });
  expect(order('orders-1-3/redriven')).toEqual({ raw: 'orders-1/redriven', offset: 3 });
});
