import type { BatchLimits } from './batching.ts';
import { eventBytes, type KafkaRecord } from './event.ts';

interface QueuedRecord {
  record: KafkaRecord;
  bytes: number;
  /** When it was queued, in milliseconds. */
  at: number;
}

/** Records of one partition that are fetched and wait for an invocation, in offset order. */
export class PartitionQueue {
  readonly topic: string;
  readonly partition: number;
  readonly #limits: { records: number; bytes: number };
  #records: QueuedRecord[] = [];
  #bytes = 0;
  #onDrained: (() => void)[] = [];

  /** Whether this poller owns the partition. */
  assigned = false;
  /** Counts the times that the partition was taken away: a batch of an earlier ownership must not commit. */
  ownership = 0;
  /** Whether a batch with this partition's records is in flight: Lambda reads a partition sequentially. */
  busy = false;
  /** The offset that follows the last record queued. */
  next: number | undefined;

  constructor(topic: string, partition: number, limits: BatchLimits) {
    this.topic = topic;
    this.partition = partition;
    // Enough for the next batch to be whole while one is in flight, and no more.
    this.#limits = {
      records: Math.min(Math.max(limits.batchSize * 10, 1000), 20_000),
      bytes: limits.maxBytes * 1.5,
    };
  }

  get length(): number {
    return this.#records.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** When the oldest record was queued. */
  get since(): number {
    return this.#records[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  get full(): boolean {
    return this.#records.length >= this.#limits.records || this.#bytes >= this.#limits.bytes;
  }

  /**
   * Queues what a fetch brought. A fetch that begins below what is queued means that Kafka has set the partition
   * back (its topic was made anew, or records were deleted): what is queued is then worthless.
   */
  add(records: readonly KafkaRecord[], at: number): void {
    const first = records[0];
    if (first && this.next !== undefined && first.offset < this.next) this.clear();
    for (const record of records) {
      const bytes = eventBytes(this.topic, this.partition, record);
      this.#records.push({ record, bytes, at });
      this.#bytes += bytes;
      this.next = record.offset + 1;
    }
  }

  /** Sizes of the records, the oldest first. */
  *sizes(): Generator<number> {
    for (const { bytes } of this.#records) yield bytes;
  }

  /** Takes records from the front. */
  shift(count: number): KafkaRecord[] {
    const taken = this.#records.splice(0, count);
    for (const { bytes } of taken) this.#bytes -= bytes;
    this.#notifyWhenDrained();
    return taken.map(({ record }) => record);
  }

  /** Resolves when a quarter of the queue's room is free again: the rest keeps the function busy until the next fetch. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#onDrained.push(resolve);
      this.#notifyWhenDrained();
    });
  }

  clear(): void {
    this.#records = [];
    this.#bytes = 0;
    this.next = undefined;
    this.#notifyWhenDrained();
  }

  revoke(): void {
    this.assigned = false;
    this.ownership += 1;
    this.clear();
  }

  #notifyWhenDrained(): void {
    if (this.#records.length > this.#limits.records * 0.75 || this.#bytes > this.#limits.bytes * 0.75) return;
    const waiting = this.#onDrained;
    this.#onDrained = [];
    for (const resolve of waiting) resolve();
  }
}
