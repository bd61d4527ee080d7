import { commitOf } from './commits.ts';

/** As Kafka writes it: a length of two bytes, then the text. */
const text = (value: string) => {
  const length = Buffer.alloc(2);
  length.writeInt16BE(value.length);
  return Buffer.concat([length, Buffer.from(value)]);
};
const int = (bytes: 2 | 4 | 8, value: number) => {
  const buffer = Buffer.alloc(8);
  buffer.writeBigInt64BE(BigInt(value));
  return buffer.subarray(8 - bytes);
};
const key = (version: number) => Buffer.concat([int(2, version), text('g-1'), text('orders'), int(4, 2)]);
const value = Buffer.concat([int(2, 4), int(8, 5_000_000_000), int(4, -1), text('')]);

test('a commit has its group, topic, partition and offset', () => {
  const found = commitOf({ key: key(1), value, timestamp: 7 });
  expect(found).toEqual([{ group: 'g-1', topic: 'orders', partition: 2, offset: 5_000_000_000, timestamp: 7 }]);
});

test.each([
  ['the state of a group', { key: key(2), value }],
  ['a deleted commit', { key: key(1), value: null }],
])('%s is no commit', (_, record) => expect(commitOf({ ...record, timestamp: 7 })).toEqual([]));
