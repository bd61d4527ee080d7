import { sleepUntil } from '#local/timers.ts';
import { type GeneratorOptions, type RunningGenerator, watch } from '#proof/load/generator.ts';
import { createManifest, goodMark } from '#proof/load/manifest.ts';
import { startProducer } from '#proof/load/producer.ts';
import type { Manifest } from '#proof/manifest.ts';
import { ORDERS } from '../../places.ts';
import type { FileOrder } from './row.ts';

export interface ReplayOptions extends Omit<GeneratorOptions, 'seed'> {
  orders: AsyncIterable<FileOrder>;
  /** The speed relative to the orders' times. */
  speed: number;
  /** Whether event times are shifted to the time of sending; otherwise they are those of the file. */
  shift: boolean;
}

/** The most orders in the queue: while the brokers are slow, reading the file waits. */
const QUEUED = 10_000;
const WAIT_MS = 10;

/**
 * Starts the replay of orders on the topic orders. It ends with the last order, or earlier with the duration. It sends
 * them in the order of the file, with the distances of their times divided by the speed. An order that is older than
 * the one before it follows at once. With `shift` event times get the same distances, so that none is in the future.
 *
 * @throws Error where the brokers can't be reached; `finished` rejects with what `orders` throws
 */
export async function startReplay(options: ReplayOptions): Promise<RunningGenerator<Manifest>> {
  const { brokers, orders, speed, shift, durationSeconds = Number.POSITIVE_INFINITY, onProgress } = options;
  const manifest = createManifest(0, Date.now(), []);
  const producer = await startProducer({ brokers, clientId: 'replay', topics: [ORDERS], manifest });
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
      producer.send([{ topic: ORDERS, key: order.order_id, value, mark: goodMark() }], Date.now());
    }
  }
  return watch(producer, manifest, onProgress, { finished: sendAll(), stop: () => stopping.abort() });
}
