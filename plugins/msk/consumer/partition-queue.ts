import type { Fetched } from './fetched.ts';
import type { KafkaRecord } from './record.ts';

export interface PartitionQueueOptions {
  topic: string;
  partition: number;
  /** Records in the largest batch. */
  batchSize: number;
  /** Bytes in the largest batch. */
  maxBytes: number;
  /** Bytes of a record in a batch. */
  sizeOf: (record: KafkaRecord) => number;
  /** Whether the filter lets a record through. By default, every record passes. */
  passes?: (record: KafkaRecord) => boolean;
}

interface QueuedRecord {
  record: KafkaRecord;
  bytes: number;
  /** Time of queueing, in milliseconds. */
  at: number;
  /** Number of records filtered out between the previous queued record and this one. */
  filteredBefore: number;
}

/** The fetched records of one partition that wait for an invocation, in offset order. */
export class PartitionQueue {
  readonly topic: string;
  readonly partition: number;
  readonly #limits: { records: number; bytes: number };
  readonly #sizeOf: (record: KafkaRecord) => number;
  readonly #passes: (record: KafkaRecord) => boolean;
  #records: QueuedRecord[] = [];
  #bytes = 0;
  /** Number of records filtered out after the last queued record. */
  #filteredBehind = 0;
  /** Number of records filtered out between the taken records that `takeFiltered` has not returned yet. */
  #filteredAmongTaken = 0;
  #onDrained: (() => void)[] = [];

  /** Whether this poller owns the partition. */
  assigned = false;
  /** How often the partition was revoked. A batch of an earlier ownership must not commit. */
  ownership = 0;
  /** Whether a batch with this partition's records is in flight. Lambda processes a partition sequentially. */
  busy = false;
  /** Timestamp of the oldest record of the batch in flight. */
  busyWith: number | undefined;
  /** The offset to fetch next. Undefined if it isn't known. */
  next: number | undefined;
  /** Whether offsets without a record precede `next` and `takeGap` has not returned true for them yet. */
  #hasGap = false;

  constructor({ topic, partition, batchSize, maxBytes, sizeOf, passes = () => true }: PartitionQueueOptions) {
    this.topic = topic;
    this.partition = partition;
    this.#sizeOf = sizeOf;
    this.#passes = passes;
    // Enough room to fill the next batch while one batch is in flight.
    this.#limits = { records: Math.min(Math.max(batchSize * 10, 1000), 20_000), bytes: maxBytes * 1.5 };
  }

  get length(): number {
    return this.#records.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Queueing time of the oldest record. */
  get since(): number {
    return this.#records[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Timestamp of the oldest record that is not done. Undefined if there is none. */
  get oldest(): number | undefined {
    return this.busy ? this.busyWith : this.#records[0]?.record.timestamp;
  }

  /** The offset to commit when all taken records are done: the first waiting record, or the next offset to fetch. */
  get head(): number | undefined {
    return this.#records[0]?.record.offset ?? this.next;
  }

  get full(): boolean {
    return this.#records.length >= this.#limits.records || this.#bytes >= this.#limits.bytes;
  }

  /** Queues the records of a fetch from `next`. Skips offsets without a record, e.g. of transaction markers. */
  add({ records, next }: Fetched, at: number): void {
    for (const record of records) {
      if (!this.#passes(record)) {
        this.#filteredBehind += 1;
        continue;
      }
      const bytes = this.#sizeOf(record);
      this.#records.push({ record, bytes, at, filteredBefore: this.#filteredBehind });
      this.#filteredBehind = 0;
      this.#bytes += bytes;
    }
    this.next = next;
    this.#hasGap = (records.at(-1)?.offset ?? -1) + 1 < next;
  }

  /**
   * Continues at the first offset of the log. If that offset is below the fetched ones, the topic was deleted and
   * created again: the queued records are then obsolete.
   */
  restart(first: number): void {
    if (this.next !== undefined && first < this.next) this.clear();
    this.next = first;
    this.#hasGap = true;
  }

  /** Record sizes in bytes, oldest first. */
  *sizes(): Generator<number> {
    for (const { bytes } of this.#records) yield bytes;
  }

  /** Takes records from the front. */
  shift(count: number): KafkaRecord[] {
    const taken = this.#records.splice(0, count);
    for (const { bytes, filteredBefore } of taken) {
      this.#bytes -= bytes;
      this.#filteredAmongTaken += filteredBefore;
    }
    this.#notifyWhenDrained();
    return taken.map(({ record }) => record);
  }

  /** Number of records before `head` that were filtered out since the last call. */
  takeFiltered(): number {
    const [first] = this.#records;
    const filtered = this.#filteredAmongTaken + (first?.filteredBefore ?? this.#filteredBehind);
    this.#filteredAmongTaken = 0;
    if (first) first.filteredBefore = 0;
    else this.#filteredBehind = 0;
    return filtered;
  }

  /** Whether the queue is empty and offsets without a record follow the last record. They can then be committed. */
  takeGap(): boolean {
    const hasGap = this.#hasGap && this.#records.length === 0;
    if (hasGap) this.#hasGap = false;
    return hasGap;
  }

  /** Resolves when a quarter of the queue is free. The rest keeps the function busy until the next fetch. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#onDrained.push(resolve);
      this.#notifyWhenDrained();
    });
  }

  clear(): void {
    this.#records = [];
    this.#bytes = 0;
    this.#filteredBehind = 0;
    this.#filteredAmongTaken = 0;
    this.next = undefined;
    this.#hasGap = false;
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
