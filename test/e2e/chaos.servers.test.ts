import { type Checkout, copyCheckout } from '../support/checkout.ts';

let checkout: Checkout;
beforeAll(async () => {
  checkout = await copyCheckout();
});
afterAll(() => checkout?.remove());

test('90 s of chaos on three brokers: nothing is lost, nothing is stored twice, and every window is exact', async () => {
  const run = checkout.start(['--minutes', '1.5', '--seed', '7', '--rate', '40'], {}, 'chaos');
  await run.succeeds(900);

  const { ok, strikes = [], domains } = await run.report();
  expect(ok).toBe(true);
  expect(new Set(strikes.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(6);
  expect(domains.orders.windows.exact).toBe(domains.orders.windows.expected);
}, 1_200_000);
