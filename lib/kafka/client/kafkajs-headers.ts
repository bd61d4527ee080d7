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

/** The headers of a message in their order, behind the one entry of an object. */
class OrderedHeaders extends Array<never> {
  readonly headers: readonly ProducedHeader[];

  constructor(headers: readonly ProducedHeader[]) {
    super();
    this.headers = headers;
  }

  override map<T>(): T[] {
    return this.headers.map(({ name, value }) => ({ key: name, value: value ?? NO_VALUE }) as T);
  }
}

/**
 * Headers for kafkajs 2.2.4, in their order. kafkajs takes headers as an object, which puts names like `1` first and
 * groups repeated names. But for a repeated name, its encoder calls `map` on the list of values to get the headers. So
 * one entry is enough: its list has its own `map`, which returns all headers (`protocol/recordBatch/record/v0`).
 */
export function asKafkajsHeaders(headers: readonly ProducedHeader[]): IHeaders {
  return { '': new OrderedHeaders(headers) };
}

/** The headers that kafkajs's encoder would write for this object. */
export function headersOf(headers: IHeaders): readonly ProducedHeader[] {
  const own = headers[''];
  if (own instanceof OrderedHeaders) return own.headers;
  return Object.entries(headers).flatMap(([name, values]) =>
    (Array.isArray(values) ? values : [values]).map((value) => ({
      name,
      value: value === NO_VALUE ? null : (value ?? null),
    })),
  );
}
