import { type Header, ORIGIN, REPLAY } from '#lib/kafka/headers.ts';
import { type Coordinates, coordinatesText } from '#lib/kafka/records.ts';

/*
 * A record that is produced beside other records gets two headers behind its own: `origin`, its coordinates in the
 * archive, unless it has an origin already, which is repeated; and `replay`, the replay's id and the offset in the archive.
 */

const bytes = (text: string) => Buffer.from(text);

export function withAddedHeaders(record: Coordinates & { readonly headers: readonly Header[] }, id: string): Header[] {
  const { headers, offset } = record;
  const before = headers.findLast(({ name }) => name === ORIGIN)?.value;
  const origin = { name: ORIGIN, value: before ?? bytes(coordinatesText(record)) };
  return [...headers, origin, { name: REPLAY, value: bytes(`${id}/${offset}`) }];
}

/** The offset in the archive of a record that this replay has produced; undefined for any other record. */
export function replayedOffset(headers: readonly Header[], id: string): number | undefined {
  const last = headers.at(-1);
  if (last?.name !== REPLAY || last.value === null) return undefined;
  const [, own, offset] = /^(.*)\/(\d+)$/s.exec(last.value.toString()) ?? [];
  return own === id ? Number(offset) : undefined;
}

/** The headers that such a record had in the archive. */
export const withoutAddedHeaders = (headers: readonly Header[]): readonly Header[] => headers.slice(0, -2);
