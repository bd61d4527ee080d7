import { routes } from '#functions/sinks/routes.ts';

/** What must be quiet while a topic gets partitions. */
export interface Producing {
  readonly function: string;
  /** what the function reads, and its mapping's consumer group */
  readonly from: string;
  readonly group: string;
}

/**
 * Topics of which each partition is counted by itself. If the function produced a record to the old partition of its
 * key, and after a failure once more to the new one, the record would be counted in both (docs/windows.md).
 */
export const COUNTED_BY_PARTITION: Readonly<Record<string, Producing>> = {
  'processed-orders': { function: 'processOrder', from: 'orders', group: 'processOrder-orders-v1' },
};

/**
 * How long a kafkajs producer goes on with the partitions that it knows (its option `metadataMaxAge`). A producer of
 * Kafka's own client has the same limit (`metadata.max.age.ms`).
 */
export const METADATA_MINUTES = 5;

/** What more partitions mean for a topic, as text for a person. */
export function meaningOf(topic: string, from: number, to: number): string[] {
  return [
    `${topic}: ${from} partitions now, ${to} afterwards. Kafka can't take partitions away again.`,
    `keys: ${moved(from, to)} of all keys go to another partition than before.`,
    `order: the records of such a key lie in two partitions, so for a while they are handled in no order. Producers learn of the partitions within ${METADATA_MINUTES} min, each at another time.`,
    ...(topic in COUNTED_BY_PARTITION
      ? ['windows: the orders of a product and minute may lie in two partitions. The sum of both is the result.']
      : []),
    ...(routes[topic]?.compacted
      ? [
          `compaction: the old partition keeps the last old record of a key for ever. Produce each key once more afterwards.`,
        ]
      : []),
  ];
}

/** The share of keys whose hash leads to another partition. */
function moved(from: number, to: number): string {
  // The hash modulo both numbers repeats itself after this many.
  const cycle = from * to;
  const same = Array.from({ length: cycle }, (_, hash) => hash % from === hash % to).filter(Boolean).length;
  return `${Math.round((100 * (cycle - same)) / cycle)} %`;
}

/** By hand, on a stage: how a topic that is counted by partition gets partitions. */
export function stepsFor({ function: name, from }: Producing, add: string, stage: string): string[] {
  return [
    `1. npm run mappings -- stop ${name} ${from} --stage ${stage}`,
    `   It waits until the mapping is Disabled. Records wait in ${from}.`,
    `2. wait until no invocation of ${name} runs (its metric ConcurrentExecutions)`,
    `3. ${add}`,
    `4. wait ${METADATA_MINUTES} min, until each instance of ${name} asks for the partitions again`,
    `5. npm run mappings -- start ${name} ${from} --stage ${stage}`,
  ];
}
