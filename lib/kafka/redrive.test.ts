import { batchOfRecords, type TestRecord } from '#test/support/msk-event.ts';
import { admit } from './admit.ts';
import { recordsOf } from './batch.ts';
import type { KafkaRecord } from './records.ts';
import {
  coordinatesOf,
  firstCoordinates,
  type Redrive,
  redriveHeaders,
  redriveOf,
  resultSource,
  withoutRedrive,
} from './redrive.ts';

const REDRIVE: Redrive = {
  id: '1795909392123-3f9ac1',
  attempt: 2,
  letter: 'orders-dlq-1-17',
  for: 'processOrder',
  origin: { topic: 'orders', partition: 1, offset: 5 },
};

const headers = (changed: Partial<Redrive> = {}, more: Record<string, string> = {}) => ({
  ...Object.fromEntries(redriveHeaders({ ...REDRIVE, ...changed }).map(({ name, value }) => [name, String(value)])),
  ...more,
});
const record = (changed: TestRecord = {}) =>
  recordsOf(
    batchOfRecords([{ topic: 'orders', partition: 1, offset: 9, value: 'v', headers: headers(), ...changed }]),
  )[0] as KafkaRecord;

test('a redriven record says how it was redriven', () => {
  expect(redriveOf(record())).toEqual(REDRIVE);
  expect(firstCoordinates(record())).toEqual(REDRIVE.origin);
  expect(redriveOf(record({ headers: {} }))).toBeUndefined();
});

test.each([
  ['of another topic', { origin: { topic: 'orders2', partition: 1, offset: 5 } }, {}],
  ['of another partition', { origin: { topic: 'orders', partition: 0, offset: 5 } }, {}],
  ['behind the record', { origin: { topic: 'orders', partition: 1, offset: 10 } }, {}],
  ['of the record itself', { origin: { topic: 'orders', partition: 1, offset: 9 } }, {}],
  ['that is no place', {}, { origin: 'orders-1' }],
  ['with a number that is written in another way', {}, { origin: 'orders-1-05' }],
  ['with no attempt', {}, { 'redrive.attempt': '0' }],
  ['for no function', {}, { 'redrive.for': '' }],
])('headers that no redrive could have written mean nothing: an origin %s', (_, changed, more) => {
  const forged = record({ headers: headers(changed, more) });

  expect(redriveOf(forged)).toBeUndefined();
  expect(resultSource(forged)).toBe('orders-1-9');
  expect(firstCoordinates(forged)).toBe(forged);
});

test("a result's source is the same for each redrive of a record, and never that of a record that wasn't redriven", () => {
  const again = record({ offset: 30, headers: headers({ id: '1795909399999-000000', attempt: 3 }) });

  expect(resultSource(record())).toBe('orders-1-5/redriven');
  expect(resultSource(again)).toBe('orders-1-5/redriven');
  expect(resultSource(record({ headers: {} }))).toBe('orders-1-9');
});

test('only the headers of the redrive are removed, and only at the end', () => {
  const own = ['origin', 'redrive.id', 'a', 'a', '1'].map((name) => ({ name, value: null }));
  const added = redriveHeaders(REDRIVE).map(({ name, value }) => ({ name, value: Buffer.from(String(value)) }));

  expect(withoutRedrive([...own, ...added])).toEqual(own);
  expect(withoutRedrive([...added, ...own])).toEqual([...added, ...own]);
  expect(withoutRedrive(own)).toBe(own);
});

test.each([
  ['a-b-1-2', { topic: 'a-b', partition: 1, offset: 2 }],
  ['a-1', undefined],
  ['a-1-2/x', undefined],
])('coordinates are read from their text: %s', (text, expected) => expect(coordinatesOf(text)).toEqual(expected));

test('a function gets the redriven records that it had refused, and leaves those of others', () => {
  const batch = batchOfRecords([
    { topic: 'orders', partition: 1, offset: 8, value: 'plain' },
    { topic: 'orders', partition: 1, offset: 9, value: 'own', headers: headers() },
    { topic: 'orders', partition: 1, offset: 10, value: 'of another', headers: headers({ for: 'processOrders' }) },
  ]);

  const { admitted, refused, forOthers } = admit(batch, 'processOrder');

  expect(recordsOf(admitted).map(({ value }) => String(value))).toEqual(['plain', 'own']);
  expect({ refused, forOthers }).toEqual({ refused: [], forOthers: 1 });
});
