import type { KafkaRecord } from '#lib/kafka/records.ts';
import { batchOfRecords, type TestRecord } from '#test/support/msk-event.ts';
import { documentOf } from './document.ts';

const alert = { vehicleId: 'V1', alert: 'Speeding', speed: 99, timestamp: '2026-11-01T01:00:00+02:00' };
const headers = { source: 'raw-data-topic-2-9/Speeding', location: '1e-7,-77.5', tripId: 'T1', threshold: '80' };
const documentFrom = (record: TestRecord) => {
  const { partitions } = batchOfRecords([{ topic: 'alerts-topic', partition: 1, offset: 5, value: alert, ...record }]);
  return documentOf(partitions[0]?.records[0] as KafkaRecord);
};

test("has the alert's fields, and the context from its headers", () => {
  expect(documentFrom({ headers })).toEqual({
    index: 'alerts-2026.10',
    id: 'raw-data-topic-2-9/Speeding',
    source: {
      source: 'raw-data-topic-2-9/Speeding',
      vehicleId: 'V1',
      alert: 'Speeding',
      eventTime: '2026-10-31T23:00:00.000Z',
      location: { lat: 1e-7, lon: -77.5 },
      tripId: 'T1',
      threshold: 80,
      speed: 99,
    },
  });
});

test('has no context without headers, for example after a redrive by hand', () => {
  expect(documentFrom({}).source).toEqual({
    source: 'alerts-topic-1-5',
    vehicleId: 'V1',
    alert: 'Speeding',
    eventTime: '2026-10-31T23:00:00.000Z',
    speed: 99,
  });
});

test('headers of a topic that others may write to are ignored', () => {
  expect(documentFrom({ topic: 'demo_topic', headers }).source).toMatchObject({ source: 'demo_topic-1-5' });
  expect(documentFrom({ topic: 'demo_topic', headers }).source).not.toHaveProperty('location');
});

test('an identity over 512 bytes is a permanent error: OpenSearch allows no longer _id', () => {
  expect(() => documentFrom({ headers: { source: 'é'.repeat(300) } })).toThrow('the source is longer than 512 bytes');
});
