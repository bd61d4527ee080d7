/** Where a record lies: what orders records of equal time. */
export interface Place {
  partition: number;
  offset: number;
}

const digits = (value: number, count: number) => String(value).padStart(count, '0');

/** `<time ms, 15 digits>-<partition, 10>-<offset, 20>`: compared as text, the greater is the newer. 1970 is the first. */
export function versionOf(timeMs: number, { partition, offset }: Place): string {
  return `${digits(Math.max(0, timeMs), 15)}-${digits(partition, 10)}-${digits(offset, 20)}`;
}

/** The newest of each key. Items with the same version are the same. */
export function newestByKey<T>(items: Iterable<T>, keyOf: (item: T) => string, versionOf: (item: T) => string) {
  const newest = new Map<string, T>();
  for (const item of items) {
    const key = keyOf(item);
    const held = newest.get(key);
    if (held === undefined || versionOf(held) < versionOf(item)) newest.set(key, item);
  }
  return newest;
}
