import { answeredBy } from '#lib/stores/dynamodb.fixture.ts';
import { plenty } from '#test/support/deadlines.ts';
import { catalogueReader } from './catalogue.ts';

test('every read is strongly consistent: a product that was just put into the table is found', async () => {
  const item = { product_id: { S: 'P1' }, product_name: { S: 'Mouse' } };
  const { client, asked } = answeredBy(() => ({ Responses: { products: [item] } }));
  const catalogue = catalogueReader({ client, table: 'products', cacheMs: 1_000, cacheSize: 10 });

  expect(await catalogue.of(['P1', 'P2'], plenty)).toEqual(new Map([['P1', 'Mouse']]));
  await catalogue.of(['P2'], plenty);

  expect(asked.map(({ RequestItems }) => RequestItems?.['products']?.ConsistentRead)).toEqual([true, true]);
});
