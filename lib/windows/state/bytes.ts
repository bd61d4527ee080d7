/**
 * Writes bytes into a buffer that grows and is reused: an item is packed once per batch, and the next item uses the
 * same buffer.
 */
export class ByteWriter {
  #bytes: Buffer;
  #length = 0;

  constructor(capacity = 4_096) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  /** A whole number from 0 to 2^53 - 1: seven bits a byte, the low bits first. */
  varint(value: number): void {
    this.#reserve(8);
    let rest = value;
    // Division instead of shifts, which are limited to 32 bits.
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length++] = rest;
  }

  bytes(source: Uint8Array): void {
    this.#reserve(source.length);
    this.#bytes.set(source, this.#length);
    this.#length += source.length;
  }

  /** Bytes with their length before them. */
  block(source: Uint8Array): void {
    this.varint(source.length);
    this.bytes(source);
  }

  /** A text in UTF-8, as a block. */
  text(text: string): void {
    this.#reserve(1 + 3 * text.length);
    const length = this.#bytes.write(text, this.#length + 1);
    if (length < 0x80) {
      this.#bytes[this.#length] = length;
      this.#length += 1 + length;
    } else this.block(Buffer.from(text));
  }

  /** Returns a copy of what was written since the last call. */
  take(): Buffer {
    const taken = Buffer.from(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    return taken;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + more));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

const CUT = 'the packed state is cut or of another format';

/** Reads what {@link ByteWriter} wrote. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** How many bytes were read. */
  get position(): number {
    return this.#at;
  }

  /** A view of the remaining bytes. They are not counted as read. */
  get rest(): Buffer {
    return this.#bytes.subarray(this.#at);
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined)
        throw new RangeError('the packed state ends within a number: it is cut or of another format');
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  /** A view of the next bytes, not a copy. */
  bytes(length: number): Buffer {
    this.skip(length);
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  block(): Buffer {
    return this.bytes(this.varint());
  }

  /** A text that {@link ByteWriter.text} wrote. */
  text(): string {
    const length = this.skip(this.varint());
    return this.#bytes.toString('utf8', this.#at - length, this.#at);
  }

  /** Skips bytes. @returns how many */
  skip(length: number): number {
    if (this.#at + length > this.#bytes.length) throw new RangeError(CUT);
    this.#at += length;
    return length;
  }

  /** Skips numbers. */
  skipVarints(count: number): void {
    let left = count;
    while (left > 0 && this.#at < this.#bytes.length) {
      if ((this.#bytes[this.#at++] as number) < 0x80) left -= 1;
    }
    if (left > 0) throw new RangeError(CUT);
  }
}
