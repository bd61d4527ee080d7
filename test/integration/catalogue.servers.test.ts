import { readFile } from 'node:fs/promises';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { readProducts, writeProducts } from '#functions/ops/products.ts';
import { type CatalogueOptions, catalogueReader } from '#functions/orders/catalogue.ts';
import { within } from '#lib/deadline.ts';
import { item } from '#lib/stores/attributes.ts';
import { plenty } from '../support/deadlines.ts';
import { startTables, type TestTables, unreachableTables } from '../support/servers.ts';

let tables: TestTables;
let reads = 0;
beforeAll(async () => {
  tables = await startTables();
  tables.client.middlewareStack.add((next) => async (args) => {
    reads += 1;
    return next(args);
  });
});
afterAll(() => tables?.stop());

let made = 0;
/** An empty catalogue in its own table. */
async function emptyCatalogue() {
  made += 1;
  const table = await tables.create(`products-${made}`, 'product_id:S');
  const put = (product_id: string, product_name: string) =>
    tables.client.send(new PutItemCommand({ TableName: table, Item: item({ product_id, product_name }) }));
  return { table, put };
}

/** A reader with its own cache, like that of an execution environment. It counts its reads of the table. */
const reader = (table: string, more: Partial<CatalogueOptions> = {}) => {
  const catalogue = catalogueReader({ client: tables.client, table, cacheMs: 1_000, cacheSize: 100, ...more });
  return async (ids: string[], ms = 60_000) => {
    reads = 0;
    return { names: Object.fromEntries(await catalogue.of(ids, within(ms))), reads };
  };
};

test('unknown products of a batch are read in one request, and known ones only after the cache time', async () => {
  const { table, put } = await emptyCatalogue();
  for (const id of ['P1', 'P2', 'P3']) await put(id, `name of ${id}`);
  let time = 0;
  const of = reader(table, { now: () => time });

  expect(await of(['P1', 'P2', 'P1', 'P9'])).toEqual({ names: { P1: 'name of P1', P2: 'name of P2' }, reads: 1 });
  expect((await of(['P1', 'P2'])).reads).toBe(0);
  expect(await of(['P1', 'P3'])).toEqual({ names: { P1: 'name of P1', P3: 'name of P3' }, reads: 1 });
  await put('P1', 'renamed');
  time = 999;
  expect((await of(['P1'])).names).toEqual({ P1: 'name of P1' });
  time = 1_000;
  expect((await of(['P1'])).names).toEqual({ P1: 'renamed' });
});

test('a product that was added is known to the next batch', async () => {
  const { table, put } = await emptyCatalogue();
  await put('P1', 'Mouse');
  const of = reader(table);

  expect((await of(['P1', 'P2'])).names).toEqual({ P1: 'Mouse' });
  await put('P2', 'Keyboard');
  expect((await of(['P1', 'P2'])).names).toEqual({ P1: 'Mouse', P2: 'Keyboard' });
});

test('a cache that is smaller than a batch still gives every product of it', async () => {
  const { table, put } = await emptyCatalogue();
  const ids = ['P1', 'P2', 'P3', 'P4'];
  for (const id of ids) await put(id, id);
  const of = reader(table, { cacheSize: 2 });

  for (let again = 0; again < 2; again += 1) expect(Object.keys((await of(ids)).names).toSorted()).toEqual(ids);
});

test('an empty catalogue, a missing table and an unreachable server are transient errors', async () => {
  const { table, put } = await emptyCatalogue();
  const of = reader(table);
  await expect(of(['P1'])).rejects.toMatchObject({ code: 'CATALOGUE_EMPTY', retriable: true });
  await put('P1', 'Mouse');
  expect(await of(['P9'])).toEqual({ names: {}, reads: 2 });
  expect(await of(['P9'])).toEqual({ names: {}, reads: 1 });

  const unreadable = { code: 'CATALOGUE_UNREADABLE', retriable: true };
  await expect(reader('nowhere')(['P1'], 200)).rejects.toMatchObject(unreadable);
  await expect(reader(table, { client: unreachableTables() })(['P1'], 200)).rejects.toMatchObject(unreadable);
});

test('writing the file again replaces its products and keeps all others', async () => {
  const { table, put } = await emptyCatalogue();
  await put('P001', 'another name');
  await put('P0', 'no longer in the file');
  const file: object[] = JSON.parse(await readFile('resources/catalogue/products.json', 'utf8'));

  for (let again = 0; again < 2; again += 1) {
    await writeProducts(readProducts(file), { client: tables.client, table }, plenty);
  }

  const expected = [...file, { product_id: 'P0', product_name: 'no longer in the file' }].map(item);
  const stored = await tables.items(table);
  expect(stored).toHaveLength(expected.length);
  expect(stored).toEqual(expect.arrayContaining(expected));
  await expect(
    writeProducts(readProducts(file), { client: tables.client, table: 'nowhere' }, within(200)),
  ).rejects.toMatchObject({ code: 'CATALOGUE_UNWRITABLE', retriable: true });
});
