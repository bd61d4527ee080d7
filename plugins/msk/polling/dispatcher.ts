import type { PartitionQueue } from '../consumer/partition-queue.ts';
import { BatchRunner, type BatchRunnerOptions } from './batch-runner.ts';
import { take } from './batching.ts';
import type { Slice } from './slices.ts';

export interface DispatcherOptions extends BatchRunnerOptions {
  batchSize: number;
  maxBytes: number;
  /** How long a batch's oldest record waits for a full batch. */
  windowMilliseconds: number;
  /** Maximum number of batches in flight. */
  concurrency: number;
}

/**
 * Makes batches of queued records and runs the function on them, as Lambda's event source mapping does. It processes
 * each partition sequentially. A batch may have records of several partitions. Batches run concurrently, up to the
 * number of free partitions and up to the limit of the mapping's pollers.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #queues = new Map<number, PartitionQueue>();
  readonly #runner: BatchRunner;
  readonly #running = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #pumping = false;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#runner = new BatchRunner(options, this.#stop.signal, () => this.wake());
  }

  /** Number of batches in flight, including those that wait for their next attempt. */
  get inFlight(): number {
    return this.#running.size;
  }

  get queues(): Iterable<PartitionQueue> {
    return this.#queues.values();
  }

  /** The queue of a partition. `create` makes it if there is none. */
  queue(partition: number, create: () => PartitionQueue): PartitionQueue {
    const queue = this.#queues.get(partition) ?? create();
    this.#queues.set(partition, queue);
    return queue;
  }

  /** Call this when records were queued. It waits a moment, to combine the partitions of one fetch. */
  wake(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    setImmediate(() => {
      this.#pumping = false;
      this.#pump();
    });
  }

  /** Starts no new batch. Resolves when the batches in flight are done or have failed. */
  async stop(): Promise<void> {
    this.#stop.abort();
    clearTimeout(this.#timer);
    await Promise.all(this.#running);
  }

  #pump(): void {
    clearTimeout(this.#timer);
    if (!this.#stop.signal.aborted) this.#passOver();
    while (!this.#stop.signal.aborted && this.#running.size < this.#options.concurrency) {
      const free = [...this.#queues.values()].filter((queue) => !queue.busy && queue.length > 0);
      free.sort((one, other) => one.since - other.since);
      const wait = this.#wait(free);
      if (wait === undefined) return;
      if (wait > 0) {
        this.#timer = setTimeout(() => this.#pump(), Math.ceil(wait));
        return;
      }
      this.#start(this.#cut(free));
    }
  }

  /**
   * Filtered records, and offsets without a record, are done when the records before them are done: immediately, if no
   * batch of their partition is in flight.
   */
  #passOver(): void {
    for (const queue of this.#queues.values()) {
      if (queue.busy) continue;
      const [filtered, hasGap] = [queue.takeFiltered(), queue.takeGap()];
      if ((filtered > 0 || hasGap) && queue.head !== undefined) this.#options.done(queue, queue.head, filtered);
    }
  }

  /** Milliseconds until the free queues make a batch. Undefined while they are empty. */
  #wait(free: readonly PartitionQueue[]): number | undefined {
    const oldest = free[0];
    if (!oldest) return undefined;
    const records = free.reduce((sum, queue) => sum + queue.length, 0);
    const bytes = free.reduce((sum, queue) => sum + queue.bytes, 0);
    if (records >= this.#options.batchSize || bytes >= this.#options.maxBytes) return 0;
    return Math.max(0, oldest.since + this.#options.windowMilliseconds - performance.now());
  }

  #cut(free: readonly PartitionQueue[]): Slice[] {
    const counts = take(
      free.map((queue) => queue.sizes()),
      this.#options,
    );
    return free
      .map((queue, index) => ({
        queue,
        ownership: queue.ownership,
        records: queue.shift(counts[index] ?? 0),
        ...untried,
      }))
      .filter(({ records }) => records.length > 0);
  }

  #start(slices: Slice[]): void {
    for (const { queue, records } of slices) {
      queue.busy = true;
      queue.busyWith = records[0]?.timestamp;
    }
    const run = this.#runner.run(slices).finally(() => {
      this.#running.delete(run);
      this.#pump();
    });
    this.#running.add(run);
  }
}

const untried = { failures: 0, invocations: 0, discarded: [] };
