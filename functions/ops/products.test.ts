import { readFileSync } from 'node:fs';
import { readProducts } from './products.ts';

const product = { product_id: 'P1', product_name: 'Mouse' };

test('the file is a catalogue: seed 003 has five products', () => {
  const file = JSON.parse(readFileSync(new URL('../../resources/catalogue/products.json', import.meta.url), 'utf8'));

  expect(readProducts(file)).toHaveLength(5);
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
