import { ByteReader, type ByteWriter } from './bytes.ts';

/** The number of offsets in a chunk: 1 KB as bits. */
const CHUNK = 8_192;
const CHUNK_BYTES = CHUNK / 8;

/**
 * How a chunk is written: as "all offsets"; as bits, from the first byte that isn't 0 to the last; or as gaps between
 * offsets.
 */
const FULL = 0;
const BITS = 1;
const GAPS = 2;

interface Chunk {
  readonly bits: Uint8Array;
  count: number;
  /** the written form; undefined after an offset was added */
  packed: Uint8Array | undefined;
}

/**
 * Chunks in their written form. Each starts with its index, as the distance from the chunk before it; then come its
 * offsets. Chunk `i` is from `entries[i]` to `entries[i + 1]`; its offsets start at `bodies[i]`.
 */
interface Written {
  readonly bytes: Uint8Array;
  readonly indexes: Float64Array;
  readonly entries: Uint32Array;
  readonly bodies: Uint32Array;
}

const NONE: Written = {
  bytes: new Uint8Array(),
  indexes: new Float64Array(),
  entries: new Uint32Array(1),
  bodies: new Uint32Array(),
};

/**
 * An exact set of offsets, in chunks. A full chunk takes one byte, every third offset takes three bits, and an offset
 * far from all others a few bytes. A chunk is unpacked to bits only when one of its offsets is read or added: unpacking
 * a whole set of offsets that are far apart would take two hundred times its bytes.
 */
export class OffsetSet {
  readonly #written: Written;
  /** chunks that are unpacked or new */
  readonly #touched = new Map<number, Chunk>();

  constructor(written: Written = NONE) {
    this.#written = written;
  }

  /** Its memory in bytes, without the bytes that it was read from. */
  get unpackedBytes(): number {
    return this.#touched.size * (CHUNK_BYTES + 300) + this.#written.indexes.length * 16;
  }

  has(offset: number): boolean {
    const bits = this.#chunk(Math.floor(offset / CHUNK))?.bits;
    const bit = offset % CHUNK;
    return bits !== undefined && ((bits[bit >> 3] as number) & (1 << (bit & 7))) !== 0;
  }

  /** @returns false if the set already had the offset */
  add(offset: number): boolean {
    const index = Math.floor(offset / CHUNK);
    let chunk = this.#chunk(index);
    if (chunk === undefined) {
      chunk = { bits: new Uint8Array(CHUNK_BYTES), count: 0, packed: undefined };
      this.#touched.set(index, chunk);
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

  #chunk(index: number): Chunk | undefined {
    const known = this.#touched.get(index);
    if (known !== undefined) return known;
    const { bytes, indexes, entries, bodies } = this.#written;
    const at = lowerBound(indexes, index);
    if (indexes[at] !== index) return undefined;
    const chunk = unpack(bytes.subarray(bodies[at], entries[at + 1]));
    this.#touched.set(index, chunk);
    return chunk;
  }

  write(writer: ByteWriter, scratch: ByteWriter): void {
    const { bytes, indexes, entries, bodies } = this.#written;
    const touched = [...this.#touched].sort(([a], [b]) => a - b);
    const isNew = ([index]: [number, Chunk]) => indexes[lowerBound(indexes, index)] !== index;
    writer.varint(indexes.length + touched.filter(isNew).length);
    let [next, from] = [0, 0];
    /** Copies chunks that are not unpacked. Only the distance of the first one may have changed. */
    const copyUpTo = (to: number) => {
      if (from >= to) return;
      writer.varint((indexes[from] as number) - next);
      writer.bytes(bytes.subarray(bodies[from], entries[to]));
      next = (indexes[to - 1] as number) + 1;
      from = to;
    };
    for (const [index, chunk] of touched) {
      copyUpTo(lowerBound(indexes, index));
      writer.varint(index - next);
      next = index + 1;
      chunk.packed ??= pack(chunk, scratch);
      writer.bytes(chunk.packed);
      if (indexes[from] === index) from += 1;
    }
    copyUpTo(indexes.length);
  }

  /** Reads a set. It keeps a view of the reader's bytes. */
  static read(reader: ByteReader): OffsetSet {
    const count = reader.varint();
    // A chunk has at least two bytes. This check keeps a wrong count from taking more memory than the bytes.
    const bytes = reader.rest;
    if (count * 2 > bytes.length) throw new RangeError('the packed state is cut or of another format');
    const [indexes, entries, bodies] = [new Float64Array(count), new Uint32Array(count + 1), new Uint32Array(count)];
    const from = reader.position;
    let index = 0;
    for (let i = 0; i < count; i += 1) {
      entries[i] = reader.position - from;
      index += reader.varint();
      indexes[i] = index;
      bodies[i] = reader.position - from;
      skip(reader);
      index += 1;
    }
    entries[count] = reader.position - from;
    return new OffsetSet({ bytes: bytes.subarray(0, entries[count]), indexes, entries, bodies });
  }
}

/** The position of the first index that is not below `index`. */
function lowerBound(indexes: Float64Array, index: number): number {
  let [from, to] = [0, indexes.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((indexes[middle] as number) < index) from = middle + 1;
    else to = middle;
  }
  return from;
}

function pack({ bits, count }: Chunk, scratch: ByteWriter): Uint8Array {
  if (count === CHUNK) return Uint8Array.of(FULL);
  const first = bits.findIndex((byte) => byte !== 0);
  const last = bits.findLastIndex((byte) => byte !== 0);
  const asBits = bits.subarray(first, last + 1);
  // A gap takes at least one byte: with more offsets than bytes, bits are shorter.
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

interface Kind {
  /** sets the bits of the written offsets */
  unpack(reader: ByteReader, bits: Uint8Array): void;
  /** skips the written offsets */
  skip(reader: ByteReader): void;
}

const kinds: Readonly<Record<number, Kind>> = {
  [FULL]: {
    unpack: (_, bits) => void bits.fill(0xff),
    skip: () => {},
  },
  [BITS]: {
    unpack(reader, bits) {
      const first = reader.varint();
      bits.set(reader.block(), first);
    },
    skip(reader) {
      reader.skipVarints(1);
      reader.skip(reader.varint());
    },
  },
  [GAPS]: {
    unpack(reader, bits) {
      let offset = 0;
      for (let left = reader.varint(); left > 0; left -= 1) {
        offset += reader.varint();
        if (offset >= CHUNK) throw new RangeError('the packed state has an offset beyond its chunk');
        bits[offset >> 3] = (bits[offset >> 3] as number) | (1 << (offset & 7));
        offset += 1;
      }
    },
    skip: (reader) => reader.skipVarints(reader.varint()),
  },
};

function kindOf(reader: ByteReader): Kind {
  const number = reader.varint();
  const kind = kinds[number];
  if (kind === undefined) throw new RangeError(`the packed state has a chunk of unknown kind ${number}`);
  return kind;
}

const skip = (reader: ByteReader) => kindOf(reader).skip(reader);

function unpack(body: Uint8Array): Chunk {
  const bits = new Uint8Array(CHUNK_BYTES);
  const reader = new ByteReader(body);
  kindOf(reader).unpack(reader, bits);
  return { bits, count: countOnes(bits), packed: body };
}

function countOnes(bits: Uint8Array): number {
  let count = 0;
  for (let byte of bits) {
    for (; byte !== 0; byte &= byte - 1) count += 1;
  }
  return count;
}
