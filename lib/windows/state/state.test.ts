import fc from 'fast-check';
import { bucketOf } from '../window.ts';
import { bytesOf, STATE_LIMIT_BYTES } from './room.ts';
import { entriesOf, type WindowOrder, WindowState } from './state.ts';

const orders = fc.array(
  fc.record({
    productId: fc.string({ unit: 'binary', minLength: 1, maxLength: 16 }),
    cents: fc.integer({ min: 1, max: 1_000_000_000 }),
    at: fc.constant(0),
    raw: fc.constantFrom('orders-0', 'orders-12', 'a.topic-with_any-3'),
    offset: fc.nat(100),
  }),
  { maxLength: 100 },
);

test('counts each order once, also after it was packed', () => {
  fc.assert(
    fc.property(orders, orders, fc.boolean(), (first, second, emitted) => {
      const state = new WindowState();
      const apply = (to: WindowState, some: WindowOrder[]) => some.filter((order) => to.apply(order)).length;
      const counted = apply(state, first);
      if (emitted) state.markEmitted();
      expect(state.dirty).toBe(!emitted && counted > 0);

      const again = new WindowState(state.pack());
      expect(new Map(again.products)).toEqual(new Map(state.products));
      expect(new Map(entriesOf(state.pack().products))).toEqual(new Map(state.products));
      expect(apply(again, first)).toBe(0);
      expect(apply(again, second)).toBe(apply(state, second));
      expect(again.pack()).toEqual(state.pack());
      const identities = new Set([...first, ...second].map(({ raw, offset }) => `${raw}-${offset}`));
      expect([...state.products.values()].reduce((sum, { count }) => sum + count, 0)).toBe(identities.size);
    }),
  );
});

test('the sum of the largest amounts is exact', () => {
  const state = new WindowState();
  for (let offset = 0; offset < 9_000; offset += 1) {
    state.apply({ productId: 'p', cents: 999_999_999, at: 0, raw: 'orders-0', offset });
  }
  const sum = new WindowState(state.pack()).products.get('p')?.sum;
  expect(BigInt(sum ?? 0)).toBe(999_999_999n * 9_000n);
});

test('refuses another format', () => {
  expect(() => [...entriesOf(Uint8Array.of(7))]).toThrow('format 7');
});

/**
 * A minute of 200,000 orders in one of the aggregated topic's three partitions. They come from the three partitions of
 * the raw topic, so the raw offsets cover a range that is three times as large. One order in a hundred was delayed by
 * minutes.
 */
function fill(products: number, buckets: number): WindowState[] {
  const states = Array.from({ length: buckets }, () => new WindowState());
  const next = [5_000_000, 8_000_000, 1_000_000];
  for (let i = 0; i < 200_000; i += 1) {
    const productId = `${String((i * 7_919) % products).padStart(8, '0')}-${'x'.repeat(55)}`;
    const raw = i % 3;
    next[raw] = (next[raw] as number) + 1 + ((i * 31) % 5);
    const offset = (next[raw] as number) - (i % 100 === 0 ? 1_000_000 : 0);
    const order = { productId, cents: 1_000_000_000, at: 0, raw: `orders-${raw}`, offset };
    states[bucketOf(productId, buckets)]?.apply(order);
  }
  return states;
}

test.each([
  [1_000, 1],
  [10_000, 10],
])(
  '200,000 orders of %i products with ids of 64 bytes fit into items far under 400 KB in %i bucket(s)',
  (products, buckets) => {
    const states = fill(products, buckets);

    const sizes = states.map((state) => bytesOf(state.pack()));
    expect(states.reduce((sum, state) => sum + state.products.size, 0)).toBe(products);
    expect(Math.max(...sizes)).toBeLessThan(STATE_LIMIT_BYTES / 2);
    expect(Math.min(...sizes)).toBeGreaterThan(0);
  },
);
