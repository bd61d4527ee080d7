import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { PartitionQueue } from './partition-queue.ts';

interface Commit {
  queue: PartitionQueue;
  ownership: number;
  /** The offset to commit. */
  next: number;
  /** Number of records that this commit completes. */
  records: number;
}

export interface CommitterOptions {
  /** Rejects if Kafka didn't store the offsets. */
  commit: (offsets: { partition: number; offset: number }[]) => Promise<void>;
  /** Called with each offset that Kafka has stored. */
  committed: (queue: PartitionQueue, next: number, records: number) => void;
  failed: (error: unknown) => void;
}

/**
 * Pause between commits, so that small batches share a request: a commit costs the broker as much as a fetch. A crash
 * repeats the batches of this time at most.
 */
const gapMilliseconds = 100;
const retryMilliseconds = 500;

/** Commits offsets. It sends one request at a time, with all offsets that were added during the previous one. */
export class Committer {
  readonly #options: CommitterOptions;
  readonly #pending = new Map<number, Commit>();
  #flushing: Promise<void> | undefined;

  constructor(options: CommitterOptions) {
    this.#options = options;
  }

  add(queue: PartitionQueue, next: number, records: number): void {
    const waiting = this.#pending.get(queue.partition);
    const before = waiting?.ownership === queue.ownership ? waiting.records : 0;
    this.#pending.set(queue.partition, { queue, ownership: queue.ownership, next, records: before + records });
    this.#flushing ??= this.#flush().finally(() => {
      this.#flushing = undefined;
    });
  }

  /** Resolves when no offset waits to be committed. */
  async flushed(): Promise<void> {
    await this.#flushing;
  }

  async #flush(): Promise<void> {
    while (this.#pending.size > 0) {
      // The partitions of a batch are added one after the other: wait for all of them.
      await setImmediate();
      const owned = [...this.#pending.values()].filter(({ queue, ownership }) => queue.ownership === ownership);
      this.#pending.clear();
      if (owned.length === 0) return;
      try {
        await this.#options.commit(owned.map(({ queue, next }) => ({ partition: queue.partition, offset: next })));
        for (const { queue, next, records } of owned) this.#options.committed(queue, next, records);
        await sleep(gapMilliseconds);
      } catch (error) {
        this.#options.failed(error);
        this.#takeBack(owned);
        await sleep(retryMilliseconds);
      }
    }
  }

  #takeBack(commits: readonly Commit[]): void {
    for (const commit of commits) {
      const newer = this.#pending.get(commit.queue.partition);
      if (newer) newer.records += commit.records;
      else this.#pending.set(commit.queue.partition, commit);
    }
  }
}
