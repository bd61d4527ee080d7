import type { ByteReader, ByteWriter } from './bytes.ts';

/** Offsets of one chunk: 1 KB as bits. */
const CHUNK = 8_192;
const CHUNK_BYTES = CHUNK / 8;

/** How a chunk is written: every offset of it; its bits from the first byte that isn't 0 to the last; or the gaps. */
const FULL = 0;
const BITS = 1;
const GAPS = 2;

interface Chunk {
  readonly bits: Uint8Array;
  count: number;
  /** as it is written, while nothing was added since */
  packed: Uint8Array | undefined;
}

/**
 * An exact set of offsets, as bits in chunks. Neighbours cost nothing (a chunk that is full is one byte), every third
 * one costs three bits, and a lone one a few bytes.
 */
export class OffsetSet {
  readonly #chunks = new Map<number, Chunk>();

  has(offset: number): boolean {
    const bits = this.#chunks.get(Math.floor(offset / CHUNK))?.bits;
    const bit = offset % CHUNK;
    return bits !== undefined && ((bits[bit >> 3] as number) & (1 << (bit & 7))) !== 0;
  }

  /** @returns false where it was there already */
  add(offset: number): boolean {
    const index = Math.floor(offset / CHUNK);
    let chunk = this.#chunks.get(index);
    if (chunk === undefined) {
      chunk = { bits: new Uint8Array(CHUNK_BYTES), count: 0, packed: undefined };
      this.#chunks.set(index, chunk);
    }
    const bit = offset % CHUNK;
    const [at, mask] = [bit >> 3, 1 << (bit & 7)];
    const byte = chunk.bits[at] as number;
    if ((byte & mask) !== 0) return false;
    chunk.bits[at] = byte | mask;
    chunk.count += 1;
    chunk.packed = undefined;
    return true;
  }

  write(writer: ByteWriter, scratch: ByteWriter): void {
    const chunks = [...this.#chunks].sort(([a], [b]) => a - b);
    writer.varint(chunks.length);
    let next = 0;
    for (const [index, chunk] of chunks) {
      writer.varint(index - next);
      next = index + 1;
      chunk.packed ??= pack(chunk, scratch);
      writer.bytes(chunk.packed);
    }
  }

  static read(reader: ByteReader): OffsetSet {
    const set = new OffsetSet();
    let index = 0;
    for (let left = reader.varint(); left > 0; left -= 1) {
      index += reader.varint();
      set.#chunks.set(index, unpack(reader));
      index += 1;
    }
    return set;
  }
}

function pack({ bits, count }: Chunk, scratch: ByteWriter): Uint8Array {
  if (count === CHUNK) return Uint8Array.of(FULL);
  const first = bits.findIndex((byte) => byte !== 0);
  const last = bits.findLastIndex((byte) => byte !== 0);
  const asBits = bits.subarray(first, last + 1);
  // A gap takes one byte at least: not worth writing where there are more offsets than bytes.
  if (count < asBits.length) {
    const gaps = packGaps(bits, count, scratch);
    if (gaps.length <= asBits.length) return gaps;
  }
  scratch.varint(BITS);
  scratch.varint(first);
  scratch.block(asBits);
  return scratch.take();
}

function packGaps(bits: Uint8Array, count: number, scratch: ByteWriter): Uint8Array {
  scratch.varint(GAPS);
  scratch.varint(count);
  let next = 0;
  for (let at = 0; at < CHUNK_BYTES; at += 1) {
    const byte = bits[at] as number;
    if (byte === 0) continue;
    for (let bit = 0; bit < 8; bit += 1) {
      if ((byte & (1 << bit)) === 0) continue;
      const offset = at * 8 + bit;
      scratch.varint(offset - next);
      next = offset + 1;
    }
  }
  return scratch.take();
}

const unpackers: Readonly<Record<number, (reader: ByteReader, bits: Uint8Array) => void>> = {
  [FULL]: (_, bits) => void bits.fill(0xff),
  [BITS](reader, bits) {
    const first = reader.varint();
    bits.set(reader.block(), first);
  },
  [GAPS](reader, bits) {
    let offset = 0;
    for (let left = reader.varint(); left > 0; left -= 1) {
      offset += reader.varint();
      bits[offset >> 3] = (bits[offset >> 3] as number) | (1 << (offset & 7));
      offset += 1;
    }
  },
};

function unpack(reader: ByteReader): Chunk {
  const bits = new Uint8Array(CHUNK_BYTES);
  const kind = reader.varint();
  const unpacker = unpackers[kind];
  if (unpacker === undefined) throw new RangeError(`the packed state has a chunk of unknown kind ${kind}`);
  unpacker(reader, bits);
  return { bits, count: ones(bits), packed: undefined };
}

function ones(bits: Uint8Array): number {
  let count = 0;
  for (let byte of bits) {
    for (; byte !== 0; byte &= byte - 1) count += 1;
  }
  return count;
}
