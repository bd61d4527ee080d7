import { PermanentError } from '#lib/errors.ts';
import { deadLetter } from '#lib/kafka/dead-letter.ts';
import type { Header } from '#lib/kafka/headers.ts';
import type { Message } from '#lib/kafka/message.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import { bytesOf } from '#test/support/bytes.ts';
import { Findings } from '../findings.ts';
import { RAW, RAW_DLQ, TOPICS } from '../fleet/places.ts';
import type { LogRecord } from '../world.ts';
import { checkDeadLetters } from './dead-letters.ts';

/*
 * The report's check states the form of a truncated dead letter a second time. Here it checks letters that the
 * functions' own code makes.
 */

const AT = { topic: RAW, partition: 2, offset: 7, timestamp: 1_700_000_000_000 };
const FITS = 1_000_000;

interface Content {
  key: Buffer | null;
  value: Buffer | null;
  headers: readonly Header[];
}

const logRecord = ({ key, value, headers }: Content, place: { topic: string; partition: number; offset: number }) => {
  const byName = new Map<string, Buffer[]>();
  for (const { name, value: bytes } of headers)
    byName.set(name, [...(byName.get(name) ?? []), bytes ?? Buffer.alloc(0)]);
  return { ...place, timestamp: AT.timestamp, key, value, headers: byName } satisfies LogRecord;
};

/** As Kafka stores them: a text of ours in UTF-8. */
const inBytes = ({ headers }: Message) =>
  headers.map(({ name, value }) => ({ name, value: typeof value === 'string' ? Buffer.from(value) : value }));

/** The record, and the letter that a function writes for it. */
function written(content: Content, code: string, message: string): { record: LogRecord; letter: LogRecord } {
  const record = { ...AT, ...content } as unknown as KafkaRecord;
  const error = new PermanentError(code, message);
  const letter = deadLetter({ record, error }, RAW_DLQ, 'processTelemetry', FITS);
  return {
    record: logRecord(content, AT),
    letter: logRecord(
      { key: bytesOf(letter.key), value: bytesOf(letter.value), headers: inBytes(letter) },
      { topic: RAW_DLQ, partition: 0, offset: 0 },
    ),
  };
}

function differences(record: LogRecord, letter: LogRecord, code: string): (string | undefined)[] {
  const findings = new Findings();
  const log = { partitions: [{ partition: 0, start: 0, end: 1 }], records: [letter] };
  const expected = new Map([[`${RAW}-2-7`, { record, code }]]);
  checkDeadLetters({ topic: RAW_DLQ, log, topics: TOPICS }, expected, () => false, findings);
  return findings.list().flatMap(({ first }) => first.map(({ why }) => why));
}

const manyHeaders = () => ({
  key: Buffer.from('V1'),
  value: Buffer.from('{}'),
  headers: Array.from({ length: 1_500 }, (_, i) => ({ name: `h${i % 3}`, value: Buffer.from(String(i)) })),
});
const large = () => ({ key: Buffer.from('V1'), value: Buffer.alloc(1_010_000, 'x'), headers: [] });
const OF_MANY = ['TOO_MANY_HEADERS', 'the record has 1500 headers, over 1000'] as const;
const OF_LARGE = ['TOO_LARGE', 'the value has 1010000 bytes, over 65536'] as const;

test.each<[string, Content, readonly [code: string, message: string]]>([
  ['1,500 headers', manyHeaders(), OF_MANY],
  ['a value of 1,010,000 bytes', large(), OF_LARGE],
])('a truncated letter of a function is right: %s', (_, content, why) => {
  const { record, letter } = written(content, ...why);
  expect([...letter.headers.keys()]).toContain('__lambda.errors.truncated');
  expect(differences(record, letter, why[0])).toEqual([]);
});

function changed(bytes: Buffer | null, text: string): Buffer {
  const copy = Buffer.from(bytes as Buffer);
  copy.write(text);
  return copy;
}

test.each<[string, (letter: LogRecord) => Partial<LogRecord>, string]>([
  [
    'another byte in its value',
    ({ value }) => ({ value: changed(value, 'y') }),
    'the value isn’t the beginning of the record’s value',
  ],
  ['another key', ({ key }) => ({ key: changed(key, 'V2') }), 'the key isn’t the beginning of the record’s key'],
  [
    'a header that the record doesn’t have',
    ({ headers }) => ({ headers: new Map([...headers, ['other', [Buffer.alloc(0)]]]) }),
    'header other differs',
  ],
])('a truncated letter with %s is different', (_, change, difference) => {
  const { record, letter } = written(large(), ...OF_LARGE);
  expect(differences(record, { ...letter, ...change(letter) }, 'TOO_LARGE')).toEqual([difference]);
});

test('a letter that is truncated although its record fits is different', () => {
  const small = { ...large(), value: Buffer.alloc(70_000, 'x') };
  const { record, letter } = written(small, ...OF_LARGE);
  (letter.headers as Map<string, Buffer[]>).set('__lambda.errors.truncated', [Buffer.from('value 1 of 2 bytes')]);
  expect(differences(record, letter, 'TOO_LARGE')).toEqual(['it is truncated, although the whole record fits']);
});

test.each([
  ['no cause', 'exception', 'it has no cause'],
  ['no message', 'message', "__lambda.errors.message doesn't explain NOT_JSON"],
])('a letter of a record that nothing is known about, with %s, is different', (_, header, why) => {
  const { letter } = written({ key: null, value: Buffer.from('{'), headers: [] }, 'NOT_JSON', 'the value is no JSON');
  (letter.headers as Map<string, Buffer[]>).delete(`__lambda.errors.${header}`);
  const findings = new Findings();
  const log = { partitions: [{ partition: 0, start: 0, end: 1 }], records: [letter] };
  checkDeadLetters({ topic: RAW_DLQ, log, topics: TOPICS }, new Map(), () => true, findings);
  expect(findings.list()).toMatchObject([{ kind: 'different', first: [{ id: `${RAW}-2-7`, why }] }]);
});
