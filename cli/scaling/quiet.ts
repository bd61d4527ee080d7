import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '#msk';
import type { Producing } from './care.ts';

const QUIET_MS = 3_000;

/**
 * Whether nothing is in flight: the group has committed every record of the topic, and no record comes. A batch is
 * committed only when its function has finished with it.
 * @param quietMs how long no record may come
 * @returns why not; undefined if all is quiet
 */
export async function unrest(
  cluster: Cluster,
  { function: name, from, group }: Producing,
  quietMs: number = QUIET_MS,
): Promise<string | undefined> {
  const before = await totalOf(cluster, from);
  const [ends, first] = [await cluster.offsetsAt(from, 'end'), await cluster.offsetsAt(from, 'first')];
  const committed = await cluster.committed(from, group);
  const behind = [...ends].reduce((sum, [partition, end]) => {
    const done = Math.max(committed.get(partition) ?? 0, first.get(partition) ?? 0);
    return sum + Math.max(0, end - done);
  }, 0);
  if (behind > 0) return `${name} hasn't finished ${behind} records of ${from}`;
  await sleep(quietMs);
  const came = (await totalOf(cluster, from)) - before;
  return came > 0 ? `${came} records came to ${from} within ${quietMs / 1000} s` : undefined;
}

/** The sum of the end offsets: it grows with each record. */
export async function totalOf(cluster: Cluster, topic: string): Promise<number> {
  return [...(await cluster.offsetsAt(topic, 'end')).values()].reduce((sum, end) => sum + end, 0);
}
