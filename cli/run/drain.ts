import { Cluster } from '#msk';

/** A mapping's consumer group and topic. */
export interface Consumption {
  group: string;
  topic: string;
}

/**
 * Number of offsets that the group has not committed, up to the last record that can be read. A partition without a
 * commit counts from its first offset.
 */
export async function lagOf(cluster: Cluster, { group, topic }: Consumption): Promise<{ lag: number; end: number }> {
  const [firsts, ends, done] = await Promise.all([
    cluster.offsetsAt(topic, 'first'),
    cluster.offsetsAt(topic, 'end'),
    cluster.committed(topic, group),
  ]);
  const lags = [...ends].map(([own, end]) => Math.max(0, end - Math.max(done.get(own) ?? -1, firsts.get(own) ?? 0)));
  const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);
  return { lag: sum(lags), end: sum(ends.values()) };
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
      const states = await Promise.all(consumptions.map((consumption) => lagOf(cluster, consumption)));
      const lag = states.reduce((sum, state) => sum + state.lag, 0);
      const now = states.reduce((sum, state) => sum + state.end, 0);
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
