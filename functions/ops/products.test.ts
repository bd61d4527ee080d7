import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { readProducts } from './products.ts';

type Functions = { aggregateOrders: { environment: { WINDOW_BUCKETS: string } } };

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const catalogue = () => JSON.parse(read('resources/catalogue/products.json'));

const product = { product_id: 'P1', product_name: 'Mouse' };

test('the file is a catalogue: seed 003 has five products', () => {
  expect(readProducts(catalogue())).toHaveLength(5);
});

test('the windows have a bucket for every 1,000 products of the file, as the template stands', () => {
  const template = parse(read('functions/orders/functions.yml'), { logLevel: 'error' }) as Functions;
  const buckets = /^\$\{param:windowBuckets, '(\d+)'\}$/.exec(template.aggregateOrders.environment.WINDOW_BUCKETS)?.[1];

  expect(Number(buckets)).toBeGreaterThanOrEqual(Math.ceil(readProducts(catalogue()).length / 1_000));
});

test.each<[string, unknown]>([
  ['a product twice', [product, { ...product, product_name: 'Keyboard' }]],
  ['a product without a name', [{ product_id: 'P1' }]],
  ['an id that no order may have', [{ ...product, product_id: 'x'.repeat(65) }]],
  ['a field that nobody reads', [{ ...product, price: 1 }]],
  ['no list', product],
])('%s is refused', (_, file) => {
  expect(() => readProducts(file)).toThrow();
});
