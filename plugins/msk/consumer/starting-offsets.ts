import { setTimeout as sleep } from 'node:timers/promises';
import type { Mapping } from '../template/mapping.ts';
import type { Cluster } from './cluster.ts';
import type { PartitionQueue } from './partition-queue.ts';

export interface StartingOffsetsOptions {
  cluster: Cluster;
  mapping: Mapping;
  /** Commits the first offset of a group that has none. Otherwise LATEST could skip records at a restart. */
  begin: (queue: PartitionQueue, offset: number) => void;
  /** Called when queues have got their next offset. */
  found: () => void;
  /** Called with each error that leads to a retry. */
  failed: (error: unknown) => void;
}

const retryMilliseconds = 1000;

/** Finds the offset at which a queue begins: after an assignment, and when its offset is out of range. */
export class StartingOffsets {
  readonly #options: StartingOffsetsOptions;
  readonly #stop: AbortSignal;
  /** Partitions that still wait for their offset. */
  readonly #unknown = new Set<number>();

  constructor(options: StartingOffsetsOptions, stop: AbortSignal) {
    this.#options = options;
    this.#stop = stop;
  }

  /** Whether the queue still waits for its offset. */
  waits({ partition }: PartitionQueue): boolean {
    return this.#unknown.has(partition);
  }

  /** For newly assigned partitions: the group's committed offsets or, if there are none, the starting position. */
  async find(queues: readonly PartitionQueue[]): Promise<void> {
    const { cluster, mapping, begin, found } = this.#options;
    for (const { partition } of queues) this.#unknown.add(partition);
    const ownerships = queues.map((queue) => queue.ownership);
    const waiting = () => queues.filter((queue, index) => queue.ownership === ownerships[index]);
    const positions = await this.#ask(() => cluster.positions(mapping), waiting);
    // A group with commits has committed an offset in each partition, so a partition without one was added later.
    // LATEST must not skip the partition's first records, even if no poller ran when they were produced.
    const begun = [...(positions?.values() ?? [])].some(({ committed }) => committed);
    for (const queue of waiting()) {
      const position = positions?.get(queue.partition);
      if (!position) continue;
      const isAdded = begun && !position.committed && mapping.startingPosition.at !== 'TRIM_HORIZON';
      queue.next = isAdded ? 0 : position.offset;
      if (!position.committed && mapping.startingPosition.at !== 'TRIM_HORIZON') begin(queue, queue.next);
      this.#unknown.delete(queue.partition);
    }
    found();
  }

  /** For an offset out of range: the first offset of the log. Older records are gone, or the topic was recreated. */
  async restart(queue: PartitionQueue): Promise<void> {
    const { cluster, mapping, found } = this.#options;
    const { ownership } = queue;
    if (this.#unknown.has(queue.partition)) return;
    this.#unknown.add(queue.partition);
    const waiting = () => (queue.ownership === ownership ? [queue] : []);
    const firsts = await this.#ask(() => cluster.offsetsAt(mapping.topic, 'first'), waiting);
    const first = firsts?.get(queue.partition);
    if (first === undefined || waiting().length === 0) return;
    queue.restart(first);
    this.#unknown.delete(queue.partition);
    found();
  }

  /** Asks until there is an answer. Gives up if no queue waits for it any more. */
  async #ask<T>(question: () => Promise<T>, waiting: () => readonly unknown[]): Promise<T | undefined> {
    while (waiting().length > 0 && !this.#stop.aborted) {
      try {
        return await question();
      } catch (error) {
        this.#options.failed(error);
        await sleep(retryMilliseconds);
      }
    }
    return undefined;
  }
}
