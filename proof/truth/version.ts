/** A record's partition and offset. They order records with equal times. */
export interface Place {
  partition: number;
  offset: number;
}

const digits = (value: number, count: number) => String(value).padStart(count, '0');

/** `<time ms, 15 digits>-<partition, 10>-<offset, 20>`: as text, the greater one is newer. Times before 1970 are 0. */
export function versionOf(timeMs: number, { partition, offset }: Place): string {
  return `${digits(Math.max(0, timeMs), 15)}-${digits(partition, 10)}-${digits(offset, 20)}`;
}

/** The newest item of each key. Items with the same version are the same. */
export function newestByKey<T>(items: Iterable<T>, keyOf: (item: T) => string, versionOf: (item: T) => string) {
  const newest = new Map<string, T>();
  for (const item of items) {
    const key = keyOf(item);
    const held = newest.get(key);
    if (held === undefined || versionOf(held) < versionOf(item)) newest.set(key, item);
  }
  return newest;
}
