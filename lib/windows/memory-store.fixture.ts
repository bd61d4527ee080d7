import { type Head, NO_PROGRESS, type Progress, type StateKey, type StoredState, type WindowStore } from './store.ts';

/** The windows' table in memory, for tests. Each write is atomic and conditional, as in DynamoDB. */
export function memoryWindows(): WindowStore & {
  readonly states: ReadonlyMap<string, StoredState>;
  /** Deletes a window's items. */
  forget(start: number): void;
} {
  const states = new Map<string, StoredState>();
  const heads = new Map<number, Head>();
  const progresses = new Map<number, Progress>();
  const registered = new Set<number>();
  const idOf = ({ start, partition, bucket }: StateKey) => `${start}#${partition}#${bucket}`;

  function putIf<K, V extends { version: number }>(items: Map<K, V>, key: K, value: V, expected: number): boolean {
    if ((items.get(key)?.version ?? 0) !== expected) return false;
    items.set(key, value);
    return true;
  }

  return {
    states,
    forget(start) {
      heads.delete(start);
      for (const id of states.keys()) if (id.startsWith(`${start}#`)) states.delete(id);
    },
    readStates: async (keys) => keys.map((key) => states.get(idOf(key))),
    readProducts: async (keys) => keys.map((key) => states.get(idOf(key))?.products),
    writeState: async (key, state, expected) => putIf(states, idOf(key), { ...state, version: expected + 1 }, expected),
    readHeads: async (starts) => starts.map((start) => heads.get(start)),
    async join(start, partition, buckets) {
      const { partitions = [], buckets: fixed = buckets } = heads.get(start) ?? {};
      const head = { buckets: fixed, partitions: [...new Set([...partitions, partition])], expiresAt: Infinity };
      heads.set(start, head);
      return head;
    },
    readProgress: async (partition) => progresses.get(partition) ?? NO_PROGRESS,
    writeProgress: async (partition, progress, expected) =>
      putIf(progresses, partition, { ...progress, version: expected + 1 }, expected),
    register: async (partition) => void registered.add(partition),
    partitions: async () => [...registered],
  };
}
