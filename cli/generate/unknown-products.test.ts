import { within } from '#lib/deadline.ts';
import { answeredBy } from '#lib/stores/dynamodb.fixture.ts';
import { noteOfUnknown } from './unknown-products.ts';

const note = (products: string[]) => {
  const { client } = answeredBy(({ RequestItems }) => {
    const keys = RequestItems?.['products']?.Keys ?? [];
    return { Responses: { products: keys.filter(({ product_id }) => product_id?.S?.startsWith('P')) } };
  });
  return noteOfUnknown(new Set(products), { client, table: 'products' }, within(1_000));
};

test('there is no note if all products are known; an id that is too long for a product is ignored', async () => {
  expect(await note(['P1', 'P2', 'x'.repeat(65)])).toBeUndefined();
});

test('the note counts unknown products, names some of them, and says how to add them', async () => {
  expect(await note(['P1', 'A', 'B', 'C', 'D', 'E', 'F'])).toMatch(
    /^6 of 7 products are not in the catalogue \(A, B, C, D, E, …\).*UNKNOWN_PRODUCT.*npm run invoke -- seedCatalogue$/,
  );
});
