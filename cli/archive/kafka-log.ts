import type { Span } from '#functions/ops/archive/chain.ts';
import type { Log } from '#functions/ops/archive/verify.ts';
import type { Cluster } from '#msk';
import { readPartition } from '../replay/read-partition.ts';

/** The topics of a local cluster, or of one that this machine can reach. */
export function kafkaLog(cluster: Cluster, topics: readonly string[]): Log {
  return {
    async ranges(topic) {
      if (!topics.includes(topic)) return undefined;
      const [starts, ends] = [await cluster.offsetsAt(topic, 'first'), await cluster.offsetsAt(topic, 'end')];
      return new Map([...ends].map(([partition, end]) => [partition, { start: starts.get(partition) ?? end, end }]));
    },
    async count(topic, partition, spans) {
      const [from, to] = [Math.min(...spans.map((each) => each.from)), Math.max(...spans.map((each) => each.to))];
      let found = 0;
      await readPartition(cluster, { topic, partition, from, to }, (records) => {
        found += records.filter(({ offset }) => isIn(spans, offset)).length;
      });
      return found;
    },
  };
}

const isIn = (spans: readonly Span[], offset: number) => spans.some(({ from, to }) => offset >= from && offset < to);
