import type { Deadline } from '#lib/deadline.ts';
import type { WindowStore } from '#lib/windows/store.ts';

/**
 * Topics whose records are counted in windows. The function of `pacedBy` spreads the records of a partition over the
 * partitions of its output, each of which has its own stream time. If one partition were read far ahead of another, the
 * records of the other would be late. So the replay waits for this consumer group after each slice of time.
 * processed-orders needs no group: what is counted together is in one partition, in order.
 */
export const COUNTED: Readonly<Record<string, { readonly pacedBy?: string }>> = {
  orders: { pacedBy: 'processOrder-orders-v1' },
  'processed-orders': {},
};

/** The latest stream time of the windows, in ms; -Infinity before the first order. */
export async function latestStreamTime(store: WindowStore, deadline: Deadline): Promise<number> {
  const partitions = await store.partitions(deadline);
  const all = await Promise.all(partitions.map((partition) => store.readProgress(partition, deadline)));
  return Math.max(Number.NEGATIVE_INFINITY, ...all.map(({ streamTime }) => streamTime));
}

/** Why orders of the replay would be late; undefined if none would be. Times are in ms. */
export function lateness(
  oldest: number | undefined,
  { streamTime, allowedMs }: { streamTime: number; allowedMs: number },
): string | undefined {
  const limit = streamTime - allowedMs;
  if (oldest === undefined || oldest >= limit) return undefined;
  const text = (ms: number) => new Date(ms).toISOString();
  return (
    `the windows have counted orders up to ${text(streamTime)}, so orders before ${text(limit)} are late: they would ` +
    `become dead letters, unless they are counted already. The oldest record is of ${text(oldest)}`
  );
}
