import { type Coordinates, coordinatesText } from '#lib/kafka/records.ts';
import type { Content } from './refused.ts';
import type { PlainContent } from './requests.ts';

/** A record's content as JSON can hold it: bytes in base64. */
export function plainOf({ key, value, headers }: Content): PlainContent {
  return { key: plain(key), value: plain(value), headers: headers.map((own) => [own.name, plain(own.value)]) };
}

export function bytesOf({ key, value, headers }: PlainContent): Content {
  return { key: bytes(key), value: bytes(value), headers: headers.map(([name, own]) => ({ name, value: bytes(own) })) };
}

const plain = (own: Buffer | null) => (own === null ? null : own.toString('base64'));
const bytes = (text: string | null) => (text === null ? null : Buffer.from(text, 'base64'));

/** The name of a record that a mapping gave up: the same in each on-failure record that names it. */
export function nameOf(functionName: string, from: Coordinates): string {
  return `${functionName}/${coordinatesText(from)}`;
}
