export interface BoundedCacheOptions {
  /** ms for which a value is valid */
  ageMs: number;
  /** the most values kept; a full cache drops the value that was set first */
  size: number;
  now?: () => number;
}

/** Values that an execution environment keeps between invocations, limited in age and number. */
export interface BoundedCache<T> {
  /** The value, wrapped in an object because the value itself may be undefined; undefined if there is none. */
  get(key: string): { readonly value: T } | undefined;
  set(key: string, value: T): void;
}

/** @example const names = boundedCache<string>({ ageMs: 60_000, size: 10_000 }); */
export function boundedCache<T>({ ageMs, size, now = Date.now }: BoundedCacheOptions): BoundedCache<T> {
  const entries = new Map<string, { value: T; since: number }>();
  return {
    get(key) {
      const known = entries.get(key);
      return known !== undefined && known.since + ageMs > now() ? known : undefined;
    },
    set(key, value) {
      entries.delete(key);
      entries.set(key, { value, since: now() });
      if (entries.size > size) entries.delete(entries.keys().next().value as string);
    },
  };
}
