import type { StoredRecord, TopicReader } from './topic-reader.ts';

/** Where a scan goes on: of each partition the next offset, and the end that the scan has. */
export type Cursor = Readonly<Record<string, readonly [next: number, end: number]>>;

export function cursorOf(from: ReadonlyMap<number, number>, ends: ReadonlyMap<number, number>): Cursor {
  return Object.fromEntries([...ends].map(([partition, end]) => [partition, [from.get(partition) ?? end, end]]));
}

/**
 * Reads a topic's records, partition by partition, up to the cursor's ends.
 * @param take called with some records at a time; false ends the scan after them
 * @returns where to go on; undefined at the end
 */
export async function scan(
  reader: TopicReader,
  topic: string,
  cursor: Cursor,
  take: (records: readonly StoredRecord[]) => boolean,
): Promise<Cursor | undefined> {
  const left = new Map(Object.entries(cursor));
  for (const [name, [from, end]] of Object.entries(cursor)) {
    const partition = Number(name);
    let next = from;
    while (next < end) {
      const { records, next: after } = (await reader.fetch(topic, partition, next)) ?? { records: [], next };
      // Retention may have removed records meanwhile: go on at the first one that is left.
      next = after > next ? after : await skipped(reader, topic, partition, next, end);
      left.set(name, [next, end]);
      const goOn = take(records.filter(({ offset }) => offset < end));
      if (!goOn) return Object.fromEntries(left);
    }
    left.delete(name);
  }
  return undefined;
}

async function skipped(reader: TopicReader, topic: string, partition: number, next: number, end: number) {
  const first = (await reader.offsetsAt(topic, 'first')).get(partition) ?? end;
  if (first > next) return Math.min(first, end);
  throw new Error(`${topic}-${partition} can't be read from offset ${next} on`);
}
