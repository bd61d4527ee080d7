import fc from 'fast-check';
import { readAny } from './window-order.ts';
import { readWritten } from './written-order.ts';

const order = {
  order_id: 'o-1',
  user_id: 'u-1',
  product_id: 'P001',
  product_name: 'Wireless Mouse',
  amount: 12.34,
  timestamp: '2026-01-01T00:00:05.678Z',
};

const bytesOf = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

/** The result of the full reader; undefined where it throws. */
function anyOf(value: unknown) {
  try {
    return readAny(bytesOf(value));
  } catch {
    return undefined;
  }
}

const writtenOf = (value: unknown) => readWritten(bytesOf(value).toString('latin1'));

/** Values at the edges of every rule. */
const odd = {
  order_id: fc.oneof(fc.string(), fc.string({ unit: 'binary' })),
  user_id: fc.string(),
  product_id: fc.oneof(fc.string({ maxLength: 70 }), fc.string({ unit: 'binary' }), fc.constant('x'.repeat(65))),
  product_name: fc.oneof(fc.string(), fc.constant('Müller')),
  amount: fc.oneof(
    fc.integer({ min: -1, max: 1_000_000_100 }).map((cents) => cents / 100),
    fc.double(),
    fc.constantFrom(0, 1e7, 1e7 + 0.01, 1.005, '1', null),
  ),
  timestamp: fc.oneof(
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    fc
      .tuple(
        fc.constantFrom(0, 1, 1900, 2000, 2023, 2024, 9999),
        fc.nat(13),
        fc.nat(32),
        fc.nat(25),
        fc.nat(61),
        fc.nat(61),
      )
      .map(([year, month, day, hour, minute, second]) => {
        const [m, d, h, min, s] = [month, day, hour, minute, second].map((part) => String(part).padStart(2, '0'));
        return `${String(year).padStart(4, '0')}-${m}-${d}T${h}:${min}:${s}.007Z`;
      }),
    fc.constantFrom('2026-01-01T00:00:05Z', '2026-01-01T00:00:05.678+01:00', 'yesterday', 0),
  ),
};

/** An order with one or two odd fields, or with some characters of its text replaced. */
const values = fc.oneof(
  fc.tuple(fc.record(odd), fc.subarray(Object.keys(odd), { maxLength: 2 })).map(([own, names]) => ({
    ...order,
    ...Object.fromEntries(names.map((name) => [name, own[name as keyof typeof own]])),
  })),
  fc.tuple(fc.nat(JSON.stringify(order).length), fc.string({ maxLength: 2 }), fc.nat(2)).map(([at, text, over]) => {
    const whole = JSON.stringify(order);
    return whole.slice(0, at) + text + whole.slice(at + over);
  }),
);

test('the fast reader gives the same as the full reader, or nothing', () => {
  let fast = 0;
  fc.assert(
    fc.property(values, (value) => {
      const written = writtenOf(value);
      if (written === undefined) return;
      fast += 1;
      expect(written).toEqual(anyOf(value));
    }),
    { numRuns: 5_000 },
  );
  expect(fast).toBeGreaterThan(500);
});

test('the fast reader reads every plain order', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000_000 }), fc.nat(4e12), (cents, at) => {
      const value = { ...order, amount: cents / 100, timestamp: new Date(at).toISOString() };
      expect(writtenOf(value)).toEqual({ productId: 'P001', cents, at });
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['an additional field', { ...order, more: 1 }],
  ['a field twice', JSON.stringify(order).replace('}', ',"amount":1}')],
  ['an escape', { ...order, product_name: 'say "cheese"' }],
  ['spaces', JSON.stringify(order, undefined, 1)],
  ['no text', ''],
])('the fast reader reads no order with %s', (_, value) => {
  expect(writtenOf(value)).toBeUndefined();
});
