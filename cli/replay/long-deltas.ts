import { Writer } from '@platformatic/kafka';

/**
 * A record's timestamp is stored as the difference to that of its batch's first record, in a varint of 64 bits.
 * @platformatic/dynamic-buffer 0.3.1 writes it as if it had 32 bits, so that timestamps more than 24 days apart in one
 * batch become others. A generator's timestamps are those of now. But an archive may have a year of records in one
 * batch, or records without a timestamp (-1) among others.
 */
Writer.prototype.appendVarInt64 = function appendWholeVarInt64(value: bigint) {
  return this.append(varint64(value));
};

/** Kafka's zigzag varint of a number of 64 bits. */
export function varint64(value: bigint): Buffer {
  let left = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  const bytes: number[] = [];
  for (; left > 0x7fn; left >>= 7n) bytes.push(Number(left & 0x7fn) | 0x80);
  bytes.push(Number(left));
  return Buffer.from(bytes);
}
