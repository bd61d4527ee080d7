import Decoder from 'kafkajs/src/protocol/decoder.js';
import type { Header } from '../headers.ts';

/** Holds a fetched record's headers in their order. */
const IN_ORDER = Symbol('the headers in their order');

type Read = { key: string | null; value: Buffer | null }[];
const read = Decoder.prototype.readVarIntArray;

/**
 * kafkajs 2.2.4 reads the headers of a fetched record, and only them, with this method, and makes an object of the list
 * by `reduce`. The object also gets the list, where nobody else sees it.
 */
Decoder.prototype.readVarIntArray = function readInOrder(reader) {
  const headers = read.call(this, reader) as Read;
  headers.reduce = (<T extends object>(step: never, initial: T) =>
    Object.defineProperty(Array.prototype.reduce.call(headers, step, initial) as T, IN_ORDER, {
      value: headers,
    })) as Read['reduce'];
  return headers;
};

/** The headers of a message that kafkajs has fetched, in their order. */
export function orderedHeaders(headers: object): Header[] {
  const list = (headers as { [IN_ORDER]?: Read })[IN_ORDER];
  if (list === undefined) throw new Error('this version of kafkajs decodes headers in another way');
  return list.map(({ key, value }) => ({ name: key ?? '', value }));
}
