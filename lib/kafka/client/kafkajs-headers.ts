import type { IHeaders } from 'kafkajs';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import type { Header } from '../headers.ts';

/** Stands for a header's null: kafkajs 2.2.4 writes one, but measures it by `Buffer.byteLength`, which throws on null. */
const NO_VALUE = Buffer.alloc(0);

const write = Encoder.prototype.writeVarIntBytes;

/** A null field and an empty one are both one byte long, so that the measured size is right. */
Encoder.prototype.writeVarIntBytes = function writeNoValueAsNull(value) {
  return write.call(this, value === NO_VALUE ? null : value);
};

/**
 * Headers for kafkajs, in their order. It takes an object, which puts names like `1` before all others and each
 * repeated name in one place. Its encoder asks the list of a repeated name to `map` itself to headers: this one list
 * answers with all of them. (kafkajs 2.2.4, `protocol/recordBatch/record/v0`.)
 */
export function asKafkajsHeaders(headers: readonly Header[]): IHeaders {
  const all = headers.map(({ name, value }) => ({ key: name, value: value ?? NO_VALUE }));
  return { '': Object.assign([], { map: () => all }) };
}
