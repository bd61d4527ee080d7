import { coordinatesText } from '#lib/kafka/records.ts';
import { isPersonalName } from '#lib/personal-fields.ts';
import type { Content, Letter } from './refused.ts';

/** Fields that say where somebody is. Like those that say who it is, only `reveal` shows them. */
const WHERE = new Set(['vehicleId', 'location', 'latitude', 'longitude']);
const MASKED = '***';
const INDENT = '  ';

/** Where a dead letter lies, or how it is named, and its time in ms since the epoch. */
export interface Place {
  readonly name: string;
  readonly timestamp: number;
}

/**
 * A dead letter as text for a person: its cause, its headers, and its value if that is JSON.
 * @param content text of {@link shownContent}
 */
export function shownLetter({ name, timestamp }: Place, letter: Letter, content: readonly string[]): string {
  const { from, origin, function: by, code, message, attempts, redrive, truncated } = letter;
  const lines = [
    `${name}  ${Number.isNaN(timestamp) ? '' : new Date(timestamp).toISOString()}`,
    `refused   ${coordinatesText(from)} by ${by}: ${code}, ${message}`,
    ...(attempts > 0
      ? [`redriven  ${attempts} times, last by ${redrive}; it lay first at ${coordinatesText(origin)}`]
      : []),
    ...(truncated === undefined ? [] : [`cut       ${truncated}`]),
    ...content,
  ];
  return lines.map(visible).join(`\n${INDENT}`);
}

/** Key, headers and value, each on a line. @param reveal true: also personal fields, and what can't be decoded */
export function shownContent({ key, value, headers }: Content, reveal: boolean): string[] {
  return [
    `key       ${key === null ? 'none' : shownBytes(key, reveal)}`,
    ...headers.map(
      (header) => `header    ${header.name}: ${header.value === null ? 'none' : shownBytes(header.value, reveal)}`,
    ),
    `value     ${shownValue(value, reveal)}`,
  ];
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
