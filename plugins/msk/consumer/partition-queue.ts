import type { BatchLimits } from '../polling/batching.ts';
import { eventBytes, type KafkaRecord } from '../polling/event.ts';
import type { Fetched } from './fetched.ts';

interface QueuedRecord {
  record: KafkaRecord;
  bytes: number;
  /** When it was queued, in milliseconds. */
  at: number;
  /** Records filtered out between it and the one queued before. */
  filteredBefore: number;
}

/** Records of one partition that are fetched and wait for an invocation, in offset order. */
export class PartitionQueue {
  readonly topic: string;
  readonly partition: number;
  readonly #limits: { records: number; bytes: number };
  readonly #passes: (record: KafkaRecord) => boolean;
  #records: QueuedRecord[] = [];
  #bytes = 0;
  /** Records filtered out behind the last one queued. */
  #filteredBehind = 0;
  /** Records filtered out among those taken, not yet given by `takeFiltered`. */
  #filteredAmongTaken = 0;
  #onDrained: (() => void)[] = [];

  /** Whether this poller owns the partition. */
  assigned = false;
  /** Counts the times that the partition was taken away: a batch of an earlier ownership must not commit. */
  ownership = 0;
  /** Whether a batch with this partition's records is in flight: Lambda reads a partition sequentially. */
  busy = false;
  /** The offset to fetch next; undefined where it isn't known. */
  next: number | undefined;
  /** Whether there are offsets without a record before `next`, which nobody was told of. */
  #hasGap = false;

  /** @param passes whether a record is to be queued; the others are passed over */
  constructor(
    topic: string,
    partition: number,
    limits: BatchLimits,
    passes: (record: KafkaRecord) => boolean = () => true,
  ) {
    this.topic = topic;
    this.partition = partition;
    this.#passes = passes;
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

  /** Where the partition stands when what was taken is done: the first record that waits, or what comes next. */
  get head(): number | undefined {
    return this.#records[0]?.record.offset ?? this.next;
  }

  get full(): boolean {
    return this.#records.length >= this.#limits.records || this.#bytes >= this.#limits.bytes;
  }

  /** Queues what a fetch from `next` brought. Offsets without a record, as of a transaction's marker, are passed over. */
  add({ records, next }: Fetched, at: number): void {
    for (const record of records) {
      if (!this.#passes(record)) {
        this.#filteredBehind += 1;
        continue;
      }
      const bytes = eventBytes(this.topic, this.partition, record);
      this.#records.push({ record, bytes, at, filteredBefore: this.#filteredBehind });
      this.#filteredBehind = 0;
      this.#bytes += bytes;
    }
    this.next = next;
    this.#hasGap = (records.at(-1)?.offset ?? -1) + 1 < next;
  }

  /**
   * Goes on at the first offset that the log has. Where that is below what was fetched, the topic was made anew: what is
   * queued is then worthless.
   */
  restart(first: number): void {
    if (this.next !== undefined && first < this.next) this.clear();
    this.next = first;
    this.#hasGap = true;
  }

  /** Sizes of the records, the oldest first. */
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

  /** How many records before `head` were filtered out since the last call. */
  takeFiltered(): number {
    const [first] = this.#records;
    const filtered = this.#filteredAmongTaken + (first?.filteredBefore ?? this.#filteredBehind);
    this.#filteredAmongTaken = 0;
    if (first) first.filteredBefore = 0;
    else this.#filteredBehind = 0;
    return filtered;
  }

  /** Whether all that was fetched is taken, and offsets without a record follow it: `head` is done up to there. */
  takeGap(): boolean {
    const hasGap = this.#hasGap && this.#records.length === 0;
    if (hasGap) this.#hasGap = false;
    return hasGap;
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
