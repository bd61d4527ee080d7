import { hasTimestamp } from '#lib/event-time.ts';
import type { ArchivedRecord } from '../../sinks/s3/line.ts';
import type { Streams } from './source.ts';

/** Records to produce together. In each partition they are in order, and rounds must be produced one after the other. */
export interface Round {
  readonly records: readonly ArchivedRecord[];
  /** whether a new slice of time begins with this round */
  readonly newSlice: boolean;
}

export interface RoundLimits {
  readonly records: number;
  /** of one partition */
  readonly bytes: number;
  /** the length of a slice of time, in ms; without it there are no slices */
  readonly sliceMs?: number | undefined;
}

/** A bound of what a record takes besides its key, value and headers. */
const RECORD_BYTES = 40;
const HEADER_BYTES = 12;

/**
 * Merges the partitions by time. A record's time is its Kafka timestamp, or that of a record before it in its partition
 * if that is later: so a partition's order stays as it is, and times never go back. No partition gets ahead of another.
 */
export async function* rounds(streams: Streams, limits: RoundLimits): AsyncGenerator<Round> {
  const heads = [...streams.values()].map((stream) => new Head(stream));
  await Promise.all(heads.map((head) => head.load()));
  let round: ArchivedRecord[] = [];
  let bytes = new Map<number, number>();
  let newSlice = false;
  let sliceEnd = Number.NEGATIVE_INFINITY;
  const take = (): Round => {
    const taken = { records: round, newSlice };
    [round, bytes, newSlice] = [[], new Map(), false];
    return taken;
  };
  for (;;) {
    const head = earliest(heads);
    if (head === undefined) break;
    const record = head.record as ArchivedRecord;
    if (limits.sliceMs !== undefined && Number.isFinite(head.time) && head.time >= sliceEnd) {
      if (round.length > 0) yield take();
      newSlice = true;
      sliceEnd = (Math.floor(head.time / limits.sliceMs) + 1) * limits.sliceMs;
    }
    const size = (bytes.get(record.partition) ?? 0) + sizeOf(record);
    if (round.length >= limits.records || (size > limits.bytes && bytes.has(record.partition))) {
      yield take();
      continue;
    }
    round.push(record);
    bytes.set(record.partition, size);
    head.advance();
    if (head.record === undefined) await head.load();
  }
  if (round.length > 0) yield take();
}

/** The next record of a stream. */
class Head {
  readonly #stream: AsyncGenerator<readonly ArchivedRecord[]>;
  #list: readonly ArchivedRecord[] = [];
  #at = 0;
  time = Number.NEGATIVE_INFINITY;

  constructor(stream: AsyncGenerator<readonly ArchivedRecord[]>) {
    this.#stream = stream;
  }

  get record(): ArchivedRecord | undefined {
    return this.#list[this.#at];
  }

  async load(): Promise<void> {
    const next = await this.#stream.next();
    this.#list = next.done ? [] : next.value;
    this.#at = 0;
    this.#tick();
  }

  advance(): void {
    this.#at += 1;
    this.#tick();
  }

  #tick(): void {
    const { timestamp } = this.record ?? {};
    if (timestamp !== undefined && hasTimestamp(timestamp)) this.time = Math.max(this.time, timestamp);
  }
}

function earliest(heads: readonly Head[]): Head | undefined {
  let found: Head | undefined;
  for (const head of heads) {
    if (head.record !== undefined && (found === undefined || head.time < found.time)) found = head;
  }
  return found;
}

function sizeOf({ key, value, headers }: ArchivedRecord): number {
  const own = headers.reduce(
    (sum, header) => sum + 3 * header.name.length + (header.value?.length ?? 0) + HEADER_BYTES,
    0,
  );
  return RECORD_BYTES + (key?.length ?? 0) + (value?.length ?? 0) + own;
}
