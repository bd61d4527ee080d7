import type { BatchLimits } from './batching.ts';
import { eventBytes, type KafkaRecord } from './event.ts';

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
  /** The offset that follows the last record queued or filtered out. */
  next: number | undefined;
  /** What a fetch left out, if it began behind `next`: asked for once, as there may be no record. */
  #missed: number | undefined;

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

  /**
   * Queues what a fetch brought. Two fetches may overlap, where the group joins anew or a partition's leader moves: what
   * is queued already is passed over. But one that begins below all that is queued, or has another record where one is
   * queued, means that Kafka has set the partition back (its topic was made anew): what is queued is then worthless.
   */
  add(records: readonly KafkaRecord[], at: number): void {
    if (this.#isSetBack(records)) this.clear();
    const from = this.next ?? Number.NEGATIVE_INFINITY;
    for (const record of records) {
      if (record.offset < from) continue;
      this.next = record.offset + 1;
      if (!this.#passes(record)) {
        this.#filteredBehind += 1;
        continue;
      }
      const bytes = eventBytes(this.topic, this.partition, record);
      this.#records.push({ record, bytes, at, filteredBefore: this.#filteredBehind });
      this.#filteredBehind = 0;
      this.#bytes += bytes;
    }
  }

  /**
   * Whether a fetch from that offset leaves out what has not been fetched; false where that was asked for again and
   * there is nothing: markers of transactions take offsets, and come as no record.
   */
  misses(fetchedFrom: number): boolean {
    if (this.next === undefined || fetchedFrom <= this.next || this.#missed === this.next) return false;
    this.#missed = this.next;
    return true;
  }

  #isSetBack(records: readonly KafkaRecord[]): boolean {
    const [first] = records;
    if (!first || this.next === undefined || first.offset >= this.next) return false;
    if (first.offset < (this.head ?? first.offset)) return true;
    const queued = new Map(this.#records.map(({ record }) => [record.offset, record]));
    return records.some((record) => {
      const same = queued.get(record.offset);
      return same !== undefined && !isSame(same, record);
    });
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
    this.#missed = undefined;
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

function isSame(one: KafkaRecord, other: KafkaRecord): boolean {
  if (one.timestamp !== other.timestamp) return false;
  return one.value === null || other.value === null ? one.value === other.value : one.value.equals(other.value);
}
