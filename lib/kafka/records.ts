import type { MskEvent, MskEventRecord, SchemaMetadata } from './event.ts';
import { type Header, headerCountOfEvent, headersFromEvent, headerTextFromEvent } from './headers.ts';

/** Where a record is stored: its name, which never changes. */
export interface Coordinates {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** `<topic>-<partition>-<offset>`: how `source` and `origin` headers name a record. */
export function coordinatesText({ topic, partition, offset }: Coordinates): string {
  return `${topic}-${partition}-${offset}`;
}

/**
 * One record of an MSK event. A field is decoded each time that it is read, and isn't kept: most functions read one
 * field once, and keeping the bytes of a batch of 6 MB would double a function's memory.
 */
export class KafkaRecord implements Coordinates {
  readonly #raw: MskEventRecord;

  constructor(raw: MskEventRecord) {
    this.#raw = raw;
  }

  get topic(): string {
    return this.#raw.topic;
  }

  get partition(): number {
    return this.#raw.partition;
  }

  get offset(): number {
    return this.#raw.offset;
  }

  /** ms since the epoch: the record's Kafka timestamp */
  get timestamp(): number {
    return this.#raw.timestamp;
  }

  /** The key's bytes, unchanged; null if the record has no key. */
  get key(): Buffer | null {
    return decode(this.#raw.key);
  }

  /** The value's bytes, unchanged; null is a tombstone. */
  get value(): Buffer | null {
    return decode(this.#raw.value);
  }

  /** Set by a mapping with a schema registry: Lambda has then checked the value and removed its framing. */
  get valueSchema(): SchemaMetadata | undefined {
    return this.#raw.valueSchemaMetadata;
  }

  get headers(): readonly Header[] {
    return headersFromEvent(this.#raw.headers);
  }

  /** The same as `headers.length`, without decoding them. */
  get headerCount(): number {
    return headerCountOfEvent(this.#raw.headers);
  }

  /** The last header of that name as text; undefined if there is none. */
  header(name: string): string | undefined {
    return headerTextFromEvent(this.#raw.headers, name);
  }

  /**
   * The value's bytes, one character each. It costs less than {@link value}.
   * Undefined if there is no value, or if it isn't strict base64.
   */
  get latin1Value(): string | undefined {
    const { value } = this.#raw;
    if (value === null || value === undefined) return undefined;
    try {
      return atob(value);
    } catch {
      return undefined;
    }
  }

  /** The same record with the same coordinates and another value, for example a decoded one. */
  withValue(value: Buffer): KafkaRecord {
    return new KafkaRecord({ ...this.#raw, value: value.toString('base64') });
  }
}

function decode(text: string | null | undefined): Buffer | null {
  return text === null || text === undefined ? null : Buffer.from(text, 'base64');
}

/** The records of one partition in offset order. */
export interface PartitionRecords {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly KafkaRecord[];
}

/**
 * The partitions of an event. Lambda's payload may hold several, each in offset order. The order is checked, because
 * all later code relies on it.
 * @throws TypeError if the offsets are out of order, or the event isn't an MSK event: then the mapping or the sample is
 * wrong, not a record
 */
export function partitionsOf(event: MskEvent): PartitionRecords[] {
  if (event?.eventSource !== 'aws:kafka' || typeof event.records !== 'object' || event.records === null) {
    throw new TypeError('not an MSK event: eventSource must be "aws:kafka" and records an object of partitions');
  }
  const partitions: PartitionRecords[] = [];
  for (const [name, raw] of Object.entries(event.records)) {
    const [first] = raw;
    if (first === undefined) continue;
    let latest = Number.NEGATIVE_INFINITY;
    const records = raw.map((record) => {
      if (!(record.offset > latest)) throw new TypeError(`records of ${name} are not in offset order`);
      latest = record.offset;
      return new KafkaRecord(record);
    });
    partitions.push({ topic: first.topic, partition: first.partition, records });
  }
  return partitions;
}
