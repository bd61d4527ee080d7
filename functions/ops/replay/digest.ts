import { createHash, type Hash } from 'node:crypto';
import type { Header } from '#lib/kafka/headers.ts';

/** All of a record that a replay keeps. */
export interface Content {
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly Header[];
}

const CHUNK = 1_000;

/** Digests of a partition's records: one for each 1,000, so that a difference has a place. */
export class Digest {
  readonly #chunks: string[] = [];
  #hash: Hash = createHash('sha256');
  count = 0;

  add(record: Content): void {
    for (const part of partsOf(record)) this.#hash.update(part);
    this.count += 1;
    if (this.count % CHUNK === 0) this.#end();
  }

  /** Where two partitions begin to differ: the place of a record, from 0; undefined if they are equal. */
  differenceTo(other: Digest): number | undefined {
    const [own, others] = [this.#all(), other.#all()];
    const at = own.findIndex((chunk, i) => chunk !== others[i]);
    if (at >= 0) return at * CHUNK;
    return this.count === other.count ? undefined : Math.min(this.count, other.count);
  }

  #end(): void {
    this.#chunks.push(this.#hash.digest('hex'));
    this.#hash = createHash('sha256');
  }

  #all(): readonly string[] {
    return this.count % CHUNK === 0 ? this.#chunks : [...this.#chunks, this.#hash.copy().digest('hex')];
  }
}

/** Every field with its length, so that no two different records give the same bytes. */
function partsOf({ timestamp, key, value, headers }: Content): Buffer[] {
  const texts = headers.flatMap(({ name, value: own }) => [Buffer.from(name), own]);
  const fields = [key, value, ...texts];
  const head = Buffer.allocUnsafe(8 + 4 * fields.length);
  head.writeDoubleLE(timestamp);
  for (const [i, field] of fields.entries()) head.writeInt32LE(field === null ? -1 : field.length, 8 + 4 * i);
  return [head, ...fields.filter((field) => field !== null)];
}

export function sameContent(a: Content, b: Content): boolean {
  return Buffer.concat(partsOf(a)).equals(Buffer.concat(partsOf(b)));
}
