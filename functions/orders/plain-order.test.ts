import fc from 'fast-check';
import { validate } from '#lib/decode.ts';
import { plainOrder } from './plain-order.ts';
import { orderSchema } from './schema.ts';

const plain = {
  order_id: 'O1',
  user_id: 'U1',
  product_id: 'P001',
  amount: 12.34,
  timestamp: '2026-01-15T10:00:00.5Z',
};

/** Values at the edges of every rule, and of wrong types. */
const identifier = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', 'x'.repeat(64), 'x'.repeat(65), 'x'.repeat(129), 'é', 7, null),
);
const odd = {
  order_id: identifier,
  user_id: identifier,
  product_id: identifier,
  amount: fc.oneof(
    fc.integer({ min: -1, max: 1_000_000_100 }).map((cents) => cents / 100),
    fc.double(),
    fc.constantFrom(0, -0, 1e7, 1e7 + 0.01, 1.005, '1', null),
  ),
  timestamp: fc.constantFrom(
    '2026-01-15T10:00:00Z',
    '1969-12-28T23:59:59Z',
    '1970-01-01T00:00:00Z',
    '2026-01-15T10:00:00+01:00',
    '2026-02-30T10:00:00Z',
    1_768_000_000,
    'now',
  ),
};
const orders = fc
  .tuple(fc.record(odd), fc.subarray(Object.keys(odd), { maxLength: 2 }), fc.option(fc.string()))
  .map(([own, names, unknown]) => ({
    ...plain,
    ...Object.fromEntries(Object.entries(own).filter(([name]) => names.includes(name))),
    ...(unknown !== null && { unknown }),
  }));

test('a plain order is the same as by the schema', () => {
  expect(plainOrder(plain)).toEqual({ ...plain, timestamp: Date.UTC(2026, 0, 15, 10, 0, 0, 500) });
  fc.assert(
    fc.property(orders, (order) => {
      const json = JSON.parse(JSON.stringify(order)) as Record<string, unknown>;
      const quick = plainOrder(json);
      if (quick !== undefined) expect(quick).toEqual(validate(orderSchema, json));
    }),
    { numRuns: 1_000 },
  );
});
