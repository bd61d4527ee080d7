import type { Findings } from '../findings.ts';
import type { BadRecord } from '../truth/bad-record.ts';
import { headerOf, type LogRecord, nameOf, type TopicLog } from '../world.ts';
import { bytesDifference, headersDifference } from './compare.ts';
import { checkOnce, type OnceResult } from './once.ts';

const ERRORS = '__lambda.errors.';

/** The coordinates of the record that a dead letter is of, from its headers. */
export function deadLetterOf(letter: LogRecord): string {
  const [topic, partition, offset] = ['topic', 'partition', 'offset'].map((name) => headerOf(letter, ERRORS + name));
  return topic === undefined ? `${nameOf(letter)} (no origin)` : `${topic}-${partition}-${offset}`;
}

/** How many distinct records of a topic are in a dead-letter topic. */
export function deadLettersOf(topic: string, { records }: TopicLog): number {
  const own = records.filter((letter) => headerOf(letter, `${ERRORS}topic`) === topic);
  return new Set(own.map(deadLetterOf)).size;
}

/** Each bad record is in its dead-letter topic with its bytes, its headers and its cause, and no other record is. */
export function checkDeadLetters(
  topic: string,
  log: TopicLog,
  expected: ReadonlyMap<string, BadRecord>,
  isOlder: (source: string) => boolean,
  findings: Findings,
): OnceResult {
  return checkOnce<BadRecord, LogRecord>(
    {
      place: topic,
      expected,
      stored: log.records.map((letter) => [deadLetterOf(letter), letter]),
      repeats: 'allowed',
      legal: (id) => isOlder(id),
      difference: letterDifference,
    },
    findings,
  );
}

function letterDifference({ record, code }: BadRecord, letter: LogRecord): string | undefined {
  const exception = headerOf(letter, `${ERRORS}exception`);
  if (exception !== code) return `the cause is ${exception}, not ${code}`;
  const timestamp = headerOf(letter, `${ERRORS}timestamp`);
  if (timestamp !== String(record.timestamp)) return `${ERRORS}timestamp is ${timestamp}, not ${record.timestamp}`;
  const empty = ['function', 'message'].find((name) => !headerOf(letter, ERRORS + name));
  if (empty !== undefined) return `${ERRORS}${empty} is missing`;
  return bytesDifference(record, letter) ?? headersDifference(record, letter, false);
}
