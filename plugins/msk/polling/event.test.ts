import fc from 'fast-check';
import type { KafkaRecord } from '../consumer/record.ts';
import { eventBytes, mskEvent, mskRecord } from './event.ts';

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const kafkaRecord: fc.Arbitrary<KafkaRecord> = fc.record(
  {
    offset: fc.maxSafeNat(),
    timestamp: fc.oneof(fc.maxSafeNat(), fc.constant(-1)),
    key: fc.option(bytes),
    value: fc.option(bytes),
    headers: fc.array(fc.record({ name: fc.string({ unit: 'binary' }), value: fc.option(bytes) }), { maxLength: 4 }),
    timestampType: fc.constant('LOG_APPEND_TIME' as const),
  },
  { requiredKeys: ['offset', 'timestamp', 'key', 'value', 'headers'] },
);

describe('mskEvent', () => {
  test('makes the event that AWS documents', () => {
    const record = {
      offset: 15,
      timestamp: 1545084650987,
      key: Buffer.from('recordKey'),
      value: Buffer.from('{"key":"value"}'),
      headers: [{ name: 'headerKey', value: Buffer.from([104, 0, 127, 128, 255]) }],
    };

    const event = mskEvent('arn:aws:kafka:x', 'b-1:9098', [{ topic: 'mytopic', partition: 0, records: [record] }]);

    expect(JSON.parse(JSON.stringify(event))).toEqual({
      eventSource: 'aws:kafka',
      eventSourceArn: 'arn:aws:kafka:x',
      bootstrapServers: 'b-1:9098',
      records: {
        'mytopic-0': [
          {
            topic: 'mytopic',
            partition: 0,
            offset: 15,
            timestamp: 1545084650987,
            timestampType: 'CREATE_TIME',
            key: 'cmVjb3JkS2V5',
            value: 'eyJrZXkiOiJ2YWx1ZSJ9',
            headers: [{ headerKey: [104, 0, 127, -128, -1] }],
          },
        ],
      },
    });
  });

  test('omits an absent key, and has null for a tombstone’s value', () => {
    const record = { offset: 0, timestamp: 1, key: null, value: null, headers: [] };

    expect(mskRecord('t', 0, record)).toEqual({
      topic: 't',
      partition: 0,
      offset: 0,
      timestamp: 1,
      timestampType: 'CREATE_TIME',
      value: null,
      headers: [],
    });
  });

  test('keeps the order of headers, and makes an empty object for a header without a value', () => {
    const headers = ['b', '2', '1', 'b', '__proto__'].map((name) => ({ name, value: Buffer.from('x') }));
    const record = {
      offset: 0,
      timestamp: 1,
      key: null,
      value: null,
      headers: [...headers, { name: 'n', value: null }],
    };

    const text = JSON.stringify(mskRecord('t', 0, record).headers);
    expect(text).toBe('[{"b":[120]},{"2":[120]},{"1":[120]},{"b":[120]},{"__proto__":[120]},{}]');
  });

  test('keeps an empty key and an empty value', () => {
    const record = { offset: 0, timestamp: 1, key: Buffer.alloc(0), value: Buffer.alloc(0), headers: [] };

    expect(mskRecord('t', 0, record)).toMatchObject({ key: '', value: '' });
  });
});

test('eventBytes is the size of the record’s JSON and a comma', () => {
  fc.assert(
    fc.property(kafkaRecord, fc.nat(10_000), (record, partition) => {
      const json = JSON.stringify(mskRecord('some-topic', partition, record));

      expect(eventBytes('some-topic', partition, record)).toBe(Buffer.byteLength(json) + 1);
    }),
  );
});
