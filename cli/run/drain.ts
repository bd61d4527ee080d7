import { Cluster } from '#msk';

/** A mapping's consumer group and topic. */
export interface Consumption {
  group: string;
  topic: string;
}

/**
 * Number of offsets that the groups have not committed, up to the last record that can be read; and the sum of the
 * partitions' ends. A partition without a commit counts from its first offset.
 */
export async function lagOf(
  cluster: Cluster,
  consumptions: readonly Consumption[],
): Promise<{ lag: number; end: number }> {
  const [ends, done] = await Promise.all([
    cluster.ends([...new Set(consumptions.map(({ topic }) => topic))]),
    cluster.committedBy(consumptions.map(({ group }) => group)),
  ]);
  const states = consumptions.map(async ({ group, topic }) => {
    const committed = done.get(group)?.get(topic) ?? new Map<number, number>();
    const own = [...(ends.get(topic) ?? [])].filter(([, end]) => end > 0);
    const isBegun = own.every(([partition]) => (committed.get(partition) ?? -1) >= 0);
    const firsts = isBegun ? new Map<number, number>() : await cluster.offsetsAt(topic, 'first');
    const from = (partition: number) => Math.max(committed.get(partition) ?? -1, firsts.get(partition) ?? 0);
    return {
      lag: sum(own.map(([partition, end]) => Math.max(0, end - from(partition)))),
      end: sum(own.map(([, end]) => end)),
    };
  });
  const all = await Promise.all(states);
  return { lag: sum(all.map(({ lag }) => lag)), end: sum(all.map(({ end }) => end)) };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** What is left after a drain: both are 0, unless the bound passed or the signal was aborted. */
export interface Undone {
  lag: number;
  openWindows: number;
}

export interface DrainOptions {
  /** "127.0.0.1:9092,…" */
  kafka: string;
  consumptions: readonly Consumption[];
  /** number of windows with orders that are in no result yet */
  openWindows: () => Promise<number>;
  /** ms after which it stops waiting */
  boundMs: number;
  signal: AbortSignal;
}

/**
 * Waits until every group has committed all of its topic and no window is open. It asks the brokers, not the runner.
 * The condition must hold twice in a row without a new record in between, because functions read each other's output.
 */
export async function drain({ kafka, ...options }: DrainOptions): Promise<Undone> {
  const cluster = new Cluster(kafka);
  try {
    return await untilDone(cluster, options);
  } finally {
    await cluster.disconnect();
  }
}

type Wait = Omit<DrainOptions, 'kafka'>;

async function untilDone(cluster: Cluster, { consumptions, openWindows, boundMs, signal }: Wait): Promise<Undone> {
  const deadline = Date.now() + boundMs;
  let ends = -1;
  for (;;) {
    const timeIsOver = Date.now() > deadline || signal.aborted;
    try {
      const { lag, end: now } = await lagOf(cluster, consumptions);
      // After the lag: every order that is consumed by then is in its window.
      const open = await openWindows();
      if ((lag === 0 && open === 0 && now === ends) || timeIsOver) return { lag, openWindows: open };
      ends = lag === 0 && open === 0 ? now : -1;
    } catch (error) {
      // While a partition changes its leader, the question fails: ask again.
      if (timeIsOver) throw error;
      ends = -1;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
