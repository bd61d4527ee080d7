/** A field of a record: bytes, a text to be written as UTF-8, or null. */
export type Field = Buffer | string | null | undefined;

/** Zigzag: 0, -1, 1, -2 … become 0, 1, 2, 3 …; exact for all numbers that a record has (up to 2^52). */
const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);

/** The size of a varint in bytes: seven bits a byte (Kafka protocol, record format v2). */
export function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = zigzag(value); rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes += 1;
  return bytes;
}

/** @returns the place after the varint */
export function writeVarint(to: Buffer, from: number, value: number): number {
  let at = from;
  let rest = zigzag(value);
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) {
    to[at] = (rest % 0x80) + 0x80;
    at += 1;
  }
  to[at] = rest;
  return at + 1;
}

/** The size of a field in bytes: its length and its bytes. Null is the length -1, in one byte. */
export function fieldBytes(field: Field): number {
  if (field === null || field === undefined) return 1;
  const length = lengthOf(field);
  return varintBytes(length) + length;
}

/** @returns the place after the field */
export function writeField(to: Buffer, at: number, field: Field): number {
  if (field === null || field === undefined) return writeVarint(to, at, -1);
  const length = lengthOf(field);
  const start = writeVarint(to, at, length);
  if (typeof field === 'string') to.write(field, start, length, 'utf8');
  else field.copy(to, start);
  return start + length;
}

const lengthOf = (field: Buffer | string): number =>
  typeof field === 'string' ? Buffer.byteLength(field) : field.length;
