import fc from 'fast-check';
import { mskEvent } from '#test/support/msk-event.ts';
import { coordinatesText, type KafkaRecord, partitionsOf } from './records.ts';

/** Sets headers that a JSON event may hold but the types don't allow. */
function setHeaders(event: ReturnType<typeof mskEvent>, headers: unknown): void {
  for (const record of Object.values(event.records).flat()) Object.assign(record, { headers });
}

const first = (event: ReturnType<typeof mskEvent>) => partitionsOf(event)[0]?.records[0] as KafkaRecord;

describe('partitionsOf', () => {
  test('groups records by partition, in offset order', () => {
    const event = mskEvent([
      { partition: 0, offset: 5, value: 'a' },
      { partition: 2, offset: 9, value: 'b' },
      { partition: 0, value: 'c' },
    ]);

    const partitions = partitionsOf(event);

    expect(partitions.map(({ partition, records }) => [partition, records.map(({ offset }) => offset)])).toEqual([
      [0, [5, 6]],
      [2, [9]],
    ]);
  });

  test('returns the bytes of any key, value and header unchanged', () => {
    const ascii = fc.uint8Array({ max: 127, maxLength: 600 });
    const bytes = fc.oneof(ascii, fc.uint8Array({ maxLength: 200 })).map((array) => Buffer.from(array));
    fc.assert(
      fc.property(bytes, bytes, bytes, (key, value, header) => {
        const record = first(mskEvent([{ key, value, headers: { h: header } }]));
        expect(record.key?.equals(key)).toBe(true);
        expect(record.value?.equals(value)).toBe(true);
        expect(record.headers[0]?.value?.equals(header)).toBe(true);
        expect(record.header('h')).toBe(Buffer.from(header).toString('utf8'));
        expect(record.latin1Value).toBe(Buffer.from(value).toString('latin1'));
      }),
    );
  });

  test('distinguishes an absent key and a tombstone from empty ones', () => {
    const absent = first(mskEvent([{ value: null }]));
    const empty = first(mskEvent([{ key: '', value: '' }]));

    expect([absent.key, absent.value, absent.latin1Value]).toEqual([null, null, undefined]);
    expect([empty.key?.length, empty.value?.length]).toEqual([0, 0]);
  });

  test('reads a header byte of -128 as 0x80, and the last of several headers with one name', () => {
    const event = mskEvent([{ value: 'x' }]);
    setHeaders(event, [{ h: [-128, 127, -1] }, { h: [97] }]);

    const record = first(event);

    expect(record.headers[0]?.value).toEqual(Buffer.from([0x80, 0x7f, 0xff]));
    expect(record.header('h')).toBe('a');
  });

  test('distinguishes a header without a value from an empty one; the text of both is empty', () => {
    const event = mskEvent([{ value: 'x' }]);
    setHeaders(event, [{ h: null }, { e: [] }]);

    const record = first(event);

    expect(record.headers).toEqual([
      { name: 'h', value: null },
      { name: 'e', value: Buffer.alloc(0) },
    ]);
    expect([record.header('h'), record.header('e'), record.headerCount]).toEqual(['', '', 2]);
  });

  test('reads a header named __proto__ like any other', () => {
    const event = JSON.parse(
      JSON.stringify(mskEvent([{ value: 'x' }])).replace('"headers":[]', '"headers":[{"__proto__":[97]}]'),
    );

    expect(first(event).headers).toEqual([{ name: '__proto__', value: Buffer.from('a') }]);
    expect(first(event).header('__proto__')).toBe('a');
    expect(first(event).header('toString')).toBeUndefined();
  });

  test('keeps the schema metadata of a mapping with a schema registry', () => {
    const event = mskEvent([{ value: 'x' }, { value: 'y' }]);
    const metadata = { dataFormat: 'AVRO', schemaId: '7' } as const;
    Object.assign(event.records['raw-data-topic-0']?.[0] ?? {}, { valueSchemaMetadata: metadata });

    expect(partitionsOf(event)[0]?.records.map(({ valueSchema }) => valueSchema)).toEqual([metadata, undefined]);
  });

  test('refuses an event that is not from MSK, and offsets out of order', () => {
    expect(() => partitionsOf({ Records: [] } as never)).toThrow('not an MSK event');
    const event = mskEvent([
      { offset: 7, value: 'a' },
      { offset: 7, value: 'b' },
    ]);
    expect(() => partitionsOf(event)).toThrow('raw-data-topic-0 are not in offset order');
  });
});

test('coordinatesText is the value of source headers', () => {
  expect(coordinatesText({ topic: 'raw-data-topic', partition: 2, offset: 15 })).toBe('raw-data-topic-2-15');
});
