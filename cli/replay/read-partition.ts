import type { TargetRecord } from '#functions/ops/replay/target.ts';
import { type Cluster, TopicReader } from '#msk';

/** A fetch waits at most this long, and for at least one byte: a record ends the wait. */
const PATIENCE = { milliseconds: 500, bytes: 1 };
/** If reading stalls for this time, something is wrong with the brokers. */
const STALLED_MS = 30_000;

export interface Part {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  /** the offset before which reading ends; it exists, or is the log's end */
  readonly to: number;
}

/**
 * Reads a part of a partition, with headers in their order. `took` gets the records in order.
 * @throws Error if the log doesn't hold `from`, if nothing comes for half a minute, or what `took` throws
 */
export async function readPartition(
  cluster: Cluster,
  { topic, partition, from, to }: Part,
  took: (records: readonly TargetRecord[]) => void,
): Promise<void> {
  const done = Promise.withResolvers<void>();
  let next: number | undefined = from;
  let timer: NodeJS.Timeout | undefined;
  const failed = (text: string) =>
    done.reject(new Error(`can't read ${topic}-${partition} from offset ${next}: ${text}`));
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => failed(`no progress for ${STALLED_MS / 1000} s`), STALLED_MS);
  };
  alive();
  const reader = new TopicReader({
    topic,
    client: cluster.options('replay'),
    position: (own) => (own === partition ? next : undefined),
    took: (own, fetched) => {
      if (own !== partition || next === undefined) return;
      alive();
      try {
        took(fetched.records.filter(({ offset }) => offset < to));
      } catch (error) {
        done.reject(error as Error);
      }
      next = fetched.next < to ? fetched.next : undefined;
      if (next === undefined) done.resolve();
      reader.wake();
    },
    outOfRange: () => failed('the log no longer holds it'),
    unreadable: (_partition, _offset, { message }) => failed(message),
    failed: () => {},
    patience: () => PATIENCE,
  });
  reader.start();
  try {
    await done.promise;
  } finally {
    clearTimeout(timer);
    next = undefined;
    await reader.stop();
  }
}
