import type { StoredRecord } from '#lib/kafka/client/topic-reader.ts';
import { coordinatesText } from '#lib/kafka/records.ts';
import { isPersonalName } from '#lib/personal-fields.ts';
import type { Letter } from './refused.ts';

/** Fields that say where somebody is. Like those that say who it is, only `reveal` shows them. */
const WHERE = new Set(['vehicleId', 'location', 'latitude', 'longitude']);
const MASKED = '***';
const INDENT = '  ';

/**
 * A dead letter as text for a person: its cause, its headers, and its value if that is JSON.
 * @param reveal true: also personal fields, the key, and a value that can't be decoded
 */
export function shownLetter(record: StoredRecord, letter: Letter, reveal: boolean): string {
  const { from, origin, function: name, code, message, attempts, redrive, truncated } = letter;
  const { key, value, headers } = letter.content ?? record;
  const lines = [
    `${coordinatesText(record)}  ${new Date(record.timestamp).toISOString()}`,
    `refused   ${coordinatesText(from)} by ${name}: ${code}, ${message}`,
    ...(attempts > 0
      ? [`redriven  ${attempts} times, last by ${redrive}; it lay first at ${coordinatesText(origin)}`]
      : []),
    ...(truncated === undefined ? [] : [`cut       ${truncated}`]),
    `key       ${key === null ? 'none' : shownBytes(key, reveal)}`,
    ...headers.map(
      (header) => `header    ${header.name}: ${header.value === null ? 'none' : shownBytes(header.value, reveal)}`,
    ),
    `value     ${shownValue(value, reveal)}`,
  ];
  return lines.map(visible).join(`\n${INDENT}`);
}

function shownBytes(bytes: Buffer, reveal: boolean): string {
  return reveal ? bytes.toString('utf8') : `${bytes.length} bytes`;
}

function shownValue(value: Buffer | null, reveal: boolean): string {
  if (value === null) return 'none';
  try {
    return JSON.stringify(JSON.parse(value.toString('utf8')), reveal ? undefined : masked);
  } catch {
    return reveal ? value.toString('utf8') : `${value.length} bytes that are not JSON (--reveal shows them)`;
  }
}

function masked(name: string, value: unknown): unknown {
  return (isPersonalName(name) || WHERE.has(name)) && value !== null ? MASKED : value;
}

/** Escapes control characters: a record must not send commands to the terminal. */
function visible(line: string): string {
  return line.replace(/\p{Cc}/gu, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
