import fc from 'fast-check';
import { mskEvent } from '#test/support/msk-event.ts';
import { decodeJsonObject, identifier, isPlainIdentifier, readJsonObject } from './decode.ts';
import { type KafkaRecord, partitionsOf } from './kafka/records.ts';

const LIMIT = 60;
const json = fc.object().map((value) => Buffer.from(JSON.stringify(value)));
const values = fc.oneof(
  json,
  fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom('{"a":"é"}', '\ufeff{"a":1}', '[]', '1', 'null', '', `{"a":"${'x'.repeat(80)}"}`)
    .map((text) => Buffer.from(text)),
  fc.constant(null),
);

/** The result, or the code and the message of the error. */
function resultOf(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return { code, message };
  }
}

test('reading a record and decoding its bytes give the same object or the same error', () => {
  fc.assert(
    fc.property(values, (value) => {
      const record = partitionsOf(mskEvent([{ value }]))[0]?.records[0] as KafkaRecord;
      const read = resultOf(() => readJsonObject(record, LIMIT));
      expect(read).toEqual(resultOf(() => decodeJsonObject(value, LIMIT)));
    }),
    { numRuns: 1_000 },
  );
});

test('a plain identifier is an identifier', () => {
  const name = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.integer());
  fc.assert(
    fc.property(name, (text) => {
      if (isPlainIdentifier(text, 5)) expect(identifier(5).parse(text)).toBe(text);
    }),
  );
  expect(['V1', '', 'V00001', 'é'].map((text) => isPlainIdentifier(text, 5))).toEqual([true, false, false, false]);
});
