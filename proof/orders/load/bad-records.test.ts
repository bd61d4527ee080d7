import { BAD_ORDERS } from './bad-records.ts';

const TIME = Date.parse('2026-01-15T10:00:00Z');
const ORDER = {
  order_id: 'O1',
  user_id: 'U1',
  product_id: 'P001',
  amount: 12.5,
  timestamp: '2026-01-15T10:00:00.000Z',
};

const make = (cause: string) => {
  const found = BAD_ORDERS.find((record) => record.cause === cause);
  if (!found) throw new Error(`no cause ${cause}`);
  return found.value(ORDER, TIME);
};
const parsed = (cause: string) => JSON.parse(String(make(cause)));
const isUtf8 = (value: Buffer) => value.equals(Buffer.from(value.toString('utf8')));

test.each([
  ['user_id empty', { user_id: '' }],
  ['U+0000 in user_id', { user_id: 'U1\u0000' }],
  ['lone surrogate in order_id', { order_id: 'O1\ud800' }],
  ['amount 0', { amount: 0 }],
  ['amount -5', { amount: -5 }],
  ['amount in a string', { amount: '12' }],
  ['amount 1e308', { amount: 1e308 }],
  ['amount with a tenth of a cent', { amount: 12.345 }],
  ['amount over 10,000,000', { amount: 10_000_000.01 }],
  ['timestamp in words', { timestamp: 'yesterday' }],
  ['timestamp without a zone', { timestamp: '2026-01-15T10:00:00.000' }],
  ['timestamp in the future', { timestamp: '2026-01-15T10:10:00.000Z' }],
  ['unknown product', { product_id: 'P999' }],
  ['older than the allowed lateness', { timestamp: '2026-01-14T09:00:00.000Z' }],
  ['a month old', { timestamp: '2025-12-16T10:00:00.000Z' }],
])('%s: only this field is wrong', (cause, fields) => {
  expect(parsed(cause)).toEqual({ ...ORDER, ...fields });
});

test('the product_id of over 64 bytes has fewer than 64 characters', () => {
  const { product_id } = parsed('product_id over 64 bytes');
  expect(Buffer.byteLength(product_id)).toBeGreaterThan(64);
  expect(product_id.length).toBeLessThan(64);
});

test('only "invalid UTF-8" is invalid UTF-8', () => {
  const invalid = BAD_ORDERS.filter((record) => !isUtf8(record.value(ORDER, TIME) ?? Buffer.alloc(0)));
  expect(invalid.map(({ cause }) => cause)).toEqual(['invalid UTF-8']);
});

test('exactly the values that aren’t JSON have the code NOT_JSON', () => {
  const broken = BAD_ORDERS.filter((record) => {
    try {
      JSON.parse(String(record.value(ORDER, TIME)));
      return false;
    } catch {
      return true;
    }
  });
  expect(broken.map(({ code }) => code)).toEqual(['NOT_JSON', 'NOT_JSON']);
});

test('null, an array, no order_id, an order_id below __proto__, a million bytes', () => {
  expect(make('null value')).toBeNull();
  expect(parsed('JSON array')).toEqual([ORDER]);
  expect(parsed('order_id missing').order_id).toBeUndefined();
  expect(parsed('__proto__ keys').order_id).toBeUndefined();
  expect(make('1 MB value')?.length).toBe(1_000_000);
});
