import type { IHeaders } from 'kafkajs';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import type { ProducedHeader } from '../headers.ts';

/**
 * Marks a header without a value. kafkajs 2.2.4 can write null, but it measures a value with `Buffer.byteLength`, which
 * throws on null.
 */
const NO_VALUE = Buffer.alloc(0);

const write = Encoder.prototype.writeVarIntBytes;

/** Writes the marker as null. Null and an empty value both take one byte, so that the measured size is right. */
Encoder.prototype.writeVarIntBytes = function writeNoValueAsNull(value) {
  return write.call(this, value === NO_VALUE ? null : value);
};

/**
 * Headers for kafkajs 2.2.4, in their order. kafkajs takes headers as an object, which puts names like `1` first and
 * groups repeated names. But for a repeated name, its encoder calls `map` on the list of values to get the headers. So
 * one entry is enough: its list has its own `map`, which returns all headers (`protocol/recordBatch/record/v0`). A single
 * header has no order, and needs no list.
 */
export function asKafkajsHeaders(headers: readonly ProducedHeader[]): IHeaders {
  const [first] = headers;
  if (first !== undefined && headers.length === 1) return { [first.name]: first.value ?? NO_VALUE };
  const map = () => headers.map(({ name, value }) => ({ key: name, value: value ?? NO_VALUE }));
  return { '': Object.assign([], { map }) };
}
