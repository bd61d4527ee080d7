import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '#msk';

const POLL_MS = 20;
const SAY_MS = 15_000;

/** Waits until a consumer group has committed a topic up to these ends. Says so if that takes long. */
export function followedBy(cluster: Cluster, topic: string, group: string, say: (text: string) => void) {
  return async (ends: ReadonlyMap<number, number>, signal: AbortSignal): Promise<void> => {
    for (let told = Date.now() + SAY_MS; ; ) {
      const committed = await cluster.committed(topic, group);
      const behind = [...ends].filter(([partition, end]) => (committed.get(partition) ?? 0) < end);
      if (behind.length === 0) return;
      if (Date.now() > told) {
        say(`waiting for ${group} on partition ${behind.map(([partition]) => partition).join(', ')}`);
        told = Date.now() + SAY_MS;
      }
      await sleep(POLL_MS, undefined, { signal });
    }
  };
}
