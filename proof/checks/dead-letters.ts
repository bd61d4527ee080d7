import type { TopicRows } from '../domain-types.ts';
import type { Findings } from '../findings.ts';
import type { BadRecord } from '../truth/json.ts';
import { hasTooManyHeaders } from '../truth/json.ts';
import { deadLetterOf, headerOf, type LogRecord, type TopicLog } from '../world.ts';
import { bytesDifference, headersDifference } from './compare.ts';
import { checkOnce, type OnceResult } from './once.ts';

const ERRORS = '__lambda.errors.';

/** How many distinct records of a topic are in a dead-letter topic. */
export function deadLettersOf(topic: string, { records }: TopicLog): number {
  const own = records.filter((letter) => headerOf(letter, `${ERRORS}topic`) === topic);
  return new Set(own.map(deadLetterOf)).size;
}

export interface DeadLetterTopic {
  topic: string;
  log: TopicLog;
  /** of the domain: they say which functions may send records to the dead-letter topic */
  topics: TopicRows;
}

/** Each bad record is in its dead-letter topic with its bytes, its headers and its cause, and no other record is. */
export function checkDeadLetters(
  { topic, log, topics }: DeadLetterTopic,
  expected: ReadonlyMap<string, BadRecord>,
  mayBeDead: (name: string) => boolean,
  findings: Findings,
): OnceResult {
  // Letters that may be there are compared with nothing else.
  for (const letter of log.records) {
    const id = deadLetterOf(letter);
    const why = expected.has(id) || !mayBeDead(id) ? undefined : causeFault(letter);
    if (why !== undefined) findings.add(topic, 'different', id, why);
  }
  return checkOnce<BadRecord, LogRecord>(
    {
      place: topic,
      expected,
      stored: log.records.map((letter) => [deadLetterOf(letter), letter]),
      repeats: 'allowed',
      legal: (id) => mayBeDead(id),
      difference: (bad, letter) => letterDifference(bad, letter, topics),
    },
    findings,
  );
}

/** What a message must mention, by its code, so that a person sees the cause. */
const SUBJECTS: Readonly<Record<string, RegExp>> = {
  TOO_MANY_HEADERS: /headers/,
  NULL_VALUE: /no value/,
  TOO_LARGE: /bytes/,
  NOT_UTF8: /UTF-8/,
  NOT_JSON: /JSON/,
  NOT_AN_OBJECT: /object/,
  SCHEMA: /^[a-z][\w.]*: \S/i,
  LOCATION: /^(location|destination): /,
  FUTURE_TIMESTAMP: /^timestamp: /,
  LATE: /^timestamp: /,
  UNKNOWN_PRODUCT: /^product_id: /,
  NO_IDENTITY: /user_id/,
  UNKNOWN_SCHEMA: /schema/,
  INCOMPATIBLE_SCHEMA: /schema/,
  UNKNOWN_COMPRESSION: /compression/,
  CORRUPT_COMPRESSION: /zlib/,
  TRUNCATED_FRAME: /bytes/,
  TRUNCATED_AVRO: /payload/,
  TRAILING_BYTES: /bytes/,
  NOT_AVRO: /Avro/,
};
/** A message is one line of text. */
const TEXT = /^\P{Control}{1,500}$/u;

function says(code: string, message: string): boolean {
  return TEXT.test(message) && (SUBJECTS[code] ?? TEXT).test(message);
}

/** What a dead letter lacks to tell its cause; undefined where it tells it. */
function causeFault(letter: LogRecord): string | undefined {
  const code = headerOf(letter, `${ERRORS}exception`);
  if (code === undefined) return 'it has no cause';
  return says(code, headerOf(letter, `${ERRORS}message`) ?? '')
    ? undefined
    : `${ERRORS}message doesn't explain ${code}`;
}

function letterDifference({ record, code }: BadRecord, letter: LogRecord, topics: TopicRows): string | undefined {
  const exception = headerOf(letter, `${ERRORS}exception`);
  if (exception !== code) return `the cause is ${exception}, not ${code}`;
  const timestamp = headerOf(letter, `${ERRORS}timestamp`);
  if (timestamp !== String(record.timestamp)) return `${ERRORS}timestamp is ${timestamp}, not ${record.timestamp}`;
  const by = headerOf(letter, `${ERRORS}function`);
  if (by === undefined || !topics[record.topic]?.refusedBy?.includes(by))
    return `${ERRORS}function doesn't read this topic`;
  if (!says(code, headerOf(letter, `${ERRORS}message`) ?? '')) return `${ERRORS}message doesn't explain ${code}`;
  if (headerOf(letter, `${ERRORS}truncated`) !== undefined) return truncatedDifference(record, letter);
  return bytesDifference(record, letter) ?? headersDifference(record, letter, false);
}

/** A record of fewer bytes fits its dead-letter topic, together with the headers that the letter adds. */
const ALWAYS_FITS_BYTES = 900_000;

/** A truncated letter holds the beginnings of its record's key, value and headers. */
function truncatedDifference(record: LogRecord, letter: LogRecord): string | undefined {
  if (!hasTooManyHeaders(record) && bytesOf(record) < ALWAYS_FITS_BYTES)
    return 'it is truncated, although the whole record fits';
  if (!begins(record.key, letter.key)) return 'the key isn’t the beginning of the record’s key';
  if (!begins(record.value, letter.value)) return 'the value isn’t the beginning of the record’s value';
  for (const [name, kept] of letter.headers) {
    const own = record.headers.get(name) ?? [];
    const leading = kept.every((value, i) => own[i]?.equals(value));
    if (!leading && !name.startsWith(ERRORS)) return `header ${name} differs`;
  }
  return undefined;
}

function begins(whole: Buffer | null, part: Buffer | null): boolean {
  return whole === null || part === null ? whole === part : whole.subarray(0, part.length).equals(part);
}

function bytesOf({ key, value, headers }: LogRecord): number {
  let sum = (key?.length ?? 0) + (value?.length ?? 0);
  for (const [name, values] of headers) for (const each of values) sum += Buffer.byteLength(name) + each.length;
  return sum;
}
