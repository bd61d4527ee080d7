import { sleepUntil } from '#local/timers.ts';
import { type GeneratorOptions, type RunningGenerator, watch } from '#proof/load/generator.ts';
import { createManifest, goodMark, type Manifest } from '#proof/load/manifest.ts';
import { startProducer } from '#proof/load/producer.ts';
import { ORDERS_TOPIC } from '../topics.ts';
import type { FileOrder } from './row.ts';

export interface ReplayOptions extends Omit<GeneratorOptions, 'seed'> {
  orders: AsyncIterable<FileOrder>;
  /** How many times as fast as they were placed. */
  speed: number;
  /** Whether event times are shifted to the moment of sending; if not, they are the file's. */
  shift: boolean;
}

/** Orders queued while the brokers are slow: then the file waits. */
const QUEUED = 10_000;
const WAIT_MS = 10;

/**
 * Starts the replay of orders on the topic orders; it ends with them, or with the duration before. They are sent in
 * their own order, at the distances of their times divided by the speed; one that is older than the one before it
 * follows at once. With `shift` distances shrink likewise, so that none is ever in the future.
 *
 * @throws Error where the brokers can't be reached; `finished` rejects with what `orders` throws
 */
export async function startReplay(options: ReplayOptions): Promise<RunningGenerator<Manifest>> {
  const { brokers, orders, speed, shift, durationSeconds = Number.POSITIVE_INFINITY, onProgress } = options;
  const manifest = createManifest(0, Date.now(), []);
  const producer = await startProducer({ brokers, clientId: 'replay', topics: [ORDERS_TOPIC], manifest });
  const stopping = new AbortController();
  const start = Date.now();
  const until = async (time: number) => {
    const end = Math.min(time, start + durationSeconds * 1000);
    await sleepUntil(end, stopping.signal);
    return !stopping.signal.aborted && end === time;
  };

  async function sendAll() {
    let first: number | undefined;
    for await (const { time, ...order } of orders) {
      first ??= time;
      const due = start + (time - first) / speed;
      if (!(await until(due))) return;
      while (producer.pending() > QUEUED) if (!(await until(Date.now() + WAIT_MS))) return;
      const timestamp = new Date(shift ? Math.floor(due) : time).toISOString();
      const value = Buffer.from(JSON.stringify({ ...order, timestamp }));
      producer.send([{ topic: ORDERS_TOPIC, key: order.order_id, value, mark: goodMark() }], Date.now());
    }
  }
  return watch(producer, manifest, onProgress, { finished: sendAll(), stop: () => stopping.abort() });
}
