import type { Target } from '#functions/ops/replay/target.ts';
import type { Cluster } from '#msk';
import { ReplayProducer } from './producer.ts';
import { readPartition } from './read-partition.ts';

/** A topic of a local cluster, or of one that this machine can reach. It connects its producer on the first append. */
export function kafkaTarget(cluster: Cluster, topic: string): Target & { close(): Promise<void> } {
  let producer: Promise<ReplayProducer> | undefined;
  return {
    topic,
    async ranges() {
      const [starts, ends] = [await cluster.offsetsAt(topic, 'first'), await cluster.offsetsAt(topic, 'end')];
      return new Map([...ends].map(([partition, end]) => [partition, { start: starts.get(partition) ?? end, end }]));
    },
    read: (partition, from, to, took) => readPartition(cluster, { topic, partition, from, to }, took),
    async append(records) {
      producer ??= ReplayProducer.start(cluster, topic);
      return (await producer).append(records);
    },
    close: async () => (await producer)?.close(),
  };
}
