import fc from 'fast-check';
import { type ArchivedRecord, parseLine, toLine } from './line.ts';

const bytes = fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array));
const text = fc.string({ unit: 'binary', maxLength: 40 }).map((string) => Buffer.from(string));
const json = fc
  .jsonValue()
  .chain((value) => fc.constantFrom(0, 1, '\t').map((indent) => JSON.stringify(value, null, indent)));
const nasty = fc
  .constantFrom(
    'null',
    ' null ',
    '',
    '"\\ud800"',
    '{"a":1,"a":2}',
    '1e999',
    '1.0',
    '\ufeff1',
    '{"value":1}',
    ',"value":2',
    '[1,\r2]',
  )
  .map((string) => Buffer.from(string));
const data = fc.oneof(
  bytes,
  text,
  json.map((string) => Buffer.from(string)),
  nasty,
);

const record: fc.Arbitrary<ArchivedRecord> = fc.record({
  topic: fc.string(),
  partition: fc.nat(),
  offset: fc.maxSafeNat(),
  timestamp: fc.maxSafeInteger(),
  key: fc.option(data),
  value: fc.option(data),
  headers: fc.array(fc.record({ name: fc.string({ unit: 'binary' }), value: data }), { maxLength: 3 }),
});

describe('a line of the archive', () => {
  test('restores any record, byte for byte', () => {
    fc.assert(
      fc.property(record, (archived) => {
        expect(parseLine(toLine(archived))).toEqual(archived);
      }),
      { numRuns: 2000 },
    );
  });

  test('is one line of JSON, whatever the record holds', () => {
    fc.assert(
      fc.property(record, (archived) => {
        const line = toLine(archived);
        expect(line).not.toMatch(/[\n\r]/);
        expect(JSON.parse(line)).toMatchObject({ offset: archived.offset });
      }),
    );
  });

  test('shows JSON as JSON and text keys as text', () => {
    const line = toLine({
      topic: 'alerts-topic',
      partition: 1,
      offset: 7,
      timestamp: 1_736_935_200_000,
      key: Buffer.from('V123'),
      value: Buffer.from('{"speed": 85}'),
      headers: [{ name: 'source', value: Buffer.from('raw-data-topic-0-9/Speeding') }],
    });

    expect(line).toBe(
      '{"topic":"alerts-topic","partition":1,"offset":7,"timestamp":1736935200000,"key":"V123",' +
        '"headers":[{"name":"source","text":"raw-data-topic-0-9/Speeding"}],"value":{"speed": 85}}',
    );
  });

  test('distinguishes a tombstone from the JSON text null', () => {
    const rest = { topic: 't', partition: 0, offset: 0, timestamp: 0, key: null, headers: [] };

    expect(JSON.parse(toLine({ ...rest, value: null }))).toMatchObject({ value: null });
    expect(JSON.parse(toLine({ ...rest, value: Buffer.from('null') }))).toMatchObject({ valueBase64: 'bnVsbA==' });
  });
});
