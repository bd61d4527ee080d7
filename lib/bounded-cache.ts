export interface BoundedCacheOptions {
  /** ms that a value is believed */
  ageMs: number;
  /** values remembered at most; the one that was set first leaves first */
  size: number;
  now?: () => number;
}

/** What an execution environment remembers between invocations, bounded in age and number. */
export interface BoundedCache<T> {
  /** The value in a box, as it may itself be undefined; undefined where none is remembered. */
  get(key: string): { readonly value: T } | undefined;
  set(key: string, value: T): void;
}

/** @example const names = boundedCache<string>({ ageMs: 60_000, size: 10_000 }); */
export function boundedCache<T>({ ageMs, size, now = Date.now }: BoundedCacheOptions): BoundedCache<T> {
  const remembered = new Map<string, { value: T; since: number }>();
  return {
    get(key) {
      const known = remembered.get(key);
      return known !== undefined && known.since + ageMs > now() ? known : undefined;
    },
    set(key, value) {
      remembered.delete(key);
      remembered.set(key, { value, since: now() });
      if (remembered.size > size) remembered.delete(remembered.keys().next().value as string);
    },
  };
}
