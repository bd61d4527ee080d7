import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { readProducts } from './products.ts';

type Functions = { aggregateOrders: { environment: { WINDOW_BUCKETS: string } } };

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const catalogue = () => JSON.parse(read('resources/catalogue/products.json'));

const product = { product_id: 'P1', product_name: 'Mouse' };

test('the file is a catalogue of five products, as the requirements say', () => {
  expect(readProducts(catalogue())).toHaveLength(5);
});

test('by default the windows have a bucket for every 1,000 products of the file', () => {
  const template = parse(read('functions/orders/functions.yml'), { logLevel: 'error' }) as Functions;
  const buckets = /^\$\{param:windowBuckets, '(\d+)'\}$/.exec(template.aggregateOrders.environment.WINDOW_BUCKETS)?.[1];

  expect(Number(buckets)).toBeGreaterThanOrEqual(Math.ceil(readProducts(catalogue()).length / 1_000));
});

test.each<[string, unknown]>([
  ['a product twice', [product, { ...product, product_name: 'Keyboard' }]],
  ['a product without a name', [{ product_id: 'P1' }]],
  ['an id that is too long for an order', [{ ...product, product_id: 'x'.repeat(65) }]],
  ['an unknown field', [{ ...product, price: 1 }]],
  ['a product in place of a list', product],
])('%s is rejected', (_, file) => {
  expect(() => readProducts(file)).toThrow();
});
