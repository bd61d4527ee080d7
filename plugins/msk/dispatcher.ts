import { setTimeout as sleep } from 'node:timers/promises';
import { take } from './batching.ts';
import type { KafkaRecord } from './event.ts';
import type { PartitionQueue } from './partition-queue.ts';
import { type BatchPart, failAll, type Outcome } from './response.ts';

/** One partition's records in a batch. */
export interface Slice {
  queue: PartitionQueue;
  /** The queue's ownership when the records were taken. */
  ownership: number;
  records: KafkaRecord[];
}

export interface DispatcherOptions {
  batchSize: number;
  maxBytes: number;
  /** How long a batch may wait to be full, from its oldest record on. */
  windowMilliseconds: number;
  /** Runs the function on a batch. A rejection fails the whole batch. */
  invoke: (slices: readonly Slice[]) => Promise<Outcome>;
  /** Told of records that are done, those filtered out too: `next` is the offset to commit. */
  done: (queue: PartitionQueue, next: number, records: number) => void;
  /** Told of each failed invocation, before the wait for the next attempt. */
  failed: (slices: readonly Slice[], reason: string, retryInMilliseconds: number) => void;
}

const backoff = { first: 100, most: 5000 };

/**
 * Makes batches of queued records and runs the function on them, as Lambda's event source mapping does: each
 * partition in sequence, records of several partitions in one batch, as many batches at once as there are free
 * partitions, a failed batch again until it succeeds while other partitions go on.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #queues = new Map<number, PartitionQueue>();
  readonly #running = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #pumping = false;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** Batches that are in flight, those that wait for their next attempt too. */
  get inFlight(): number {
    return this.#running.size;
  }

  get queues(): Iterable<PartitionQueue> {
    return this.#queues.values();
  }

  /** The queue of a partition, made by `create` where there is none. */
  queue(partition: number, create: () => PartitionQueue): PartitionQueue {
    const queue = this.#queues.get(partition) ?? create();
    this.#queues.set(partition, queue);
    return queue;
  }

  /** To be called when records were queued. Coalesces the partitions that one fetch brought. */
  wake(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    setImmediate(() => {
      this.#pumping = false;
      this.#pump();
    });
  }

  /** Starts no more batches, and resolves when those in flight are done or have failed. */
  async stop(): Promise<void> {
    this.#stop.abort();
    clearTimeout(this.#timer);
    await Promise.all(this.#running);
  }

  #pump(): void {
    clearTimeout(this.#timer);
    if (!this.#stop.signal.aborted) this.#passOver();
    while (!this.#stop.signal.aborted) {
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

  /** Records filtered out are done when those before them are: at once, where no batch of their partition is in flight. */
  #passOver(): void {
    for (const queue of this.#queues.values()) {
      const filtered = queue.busy ? 0 : queue.takeFiltered();
      if (filtered > 0 && queue.head !== undefined) this.#options.done(queue, queue.head, filtered);
    }
  }

  /** Milliseconds until the free queues make a batch; undefined while they are empty. */
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
      .map((queue, index) => ({ queue, ownership: queue.ownership, records: queue.shift(counts[index] ?? 0) }))
      .filter(({ records }) => records.length > 0);
  }

  #start(slices: Slice[]): void {
    for (const { queue } of slices) queue.busy = true;
    const run = this.#run(slices).finally(() => {
      this.#running.delete(run);
      this.#pump();
    });
    this.#running.add(run);
  }

  async #run(batch: Slice[]): Promise<void> {
    let left = batch;
    for (let attempt = 0; left.length > 0; attempt += 1) {
      const outcome = await this.#options.invoke(left).catch((error: unknown) => failAll(partsOf(left), String(error)));
      const rest = this.#settle(left, outcome);
      if (rest.length === 0) return;
      const progress = count(rest) < count(left);
      if (progress) attempt = 0;
      const wait = Math.min(backoff.first * 2 ** attempt, backoff.most);
      this.#options.failed(left, outcome.reason ?? 'failed', wait);
      await sleep(wait, undefined, { signal: this.#stop.signal }).catch(() => {});
      left = this.#stop.signal.aborted ? this.#release(rest) : this.#owned(rest);
    }
  }

  /** Reports what is done, frees the partitions that are, and gives what has to be tried again. */
  #settle(slices: readonly Slice[], outcome: Outcome): Slice[] {
    const rest = slices.map((slice, index) => {
      const failedFrom = outcome.failedFrom[index] ?? Number.POSITIVE_INFINITY;
      return { ...slice, records: slice.records.filter((record) => record.offset >= failedFrom) };
    });
    const owned = this.#owned(rest);
    for (const [index, slice] of slices.entries()) {
      if (slice.ownership !== slice.queue.ownership) continue;
      const failed = rest[index]?.records[0];
      const succeeded = slice.records.length - (rest[index]?.records.length ?? 0);
      const last = slice.records.at(-1);
      if (!last || succeeded === 0) continue;
      if (failed) this.#options.done(slice.queue, failed.offset, succeeded);
      else this.#options.done(slice.queue, slice.queue.head ?? last.offset + 1, succeeded + slice.queue.takeFiltered());
    }
    this.#release(rest.filter(({ records }) => records.length === 0));
    return owned.filter(({ records }) => records.length > 0);
  }

  /** Without the partitions that were taken away meanwhile; those are free for their next owner's records. */
  #owned(slices: readonly Slice[]): Slice[] {
    this.#release(slices.filter((slice) => slice.ownership !== slice.queue.ownership));
    return slices.filter((slice) => slice.ownership === slice.queue.ownership);
  }

  #release(slices: readonly Slice[]): Slice[] {
    for (const { queue } of slices) queue.busy = false;
    if (slices.length > 0) this.wake();
    return [];
  }
}

export function partsOf(slices: readonly Slice[]): BatchPart[] {
  return slices.map(({ queue, records }) => ({
    topic: queue.topic,
    partition: queue.partition,
    firstOffset: records[0]?.offset ?? 0,
    lastOffset: records.at(-1)?.offset ?? 0,
  }));
}

function count(slices: readonly Slice[]): number {
  return slices.reduce((sum, { records }) => sum + records.length, 0);
}
