import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { type Deadline, retry } from '#lib/deadline.ts';
import { sideBySide } from '#lib/side-by-side.ts';
import { item } from '#lib/stores/attributes.ts';
import { storeCall } from '#lib/stores/call.ts';
import { productId, productName } from '../orders/schema.ts';

const catalogue = z.array(z.strictObject({ product_id: productId, product_name: productName }));

export type Product = z.infer<typeof catalogue>[number];

const TIMEOUT_MS = 3_000;
const PUTS_AT_ONCE = 20;

/** @throws Error where the file is not a catalogue, or has a product twice; then nothing is written */
export function readProducts(file: unknown): Product[] {
  const products = catalogue.parse(file);
  for (const [id, { length }] of Map.groupBy(products, ({ product_id }) => product_id)) {
    if (length > 1) throw new Error(`catalogue: product ${id} is listed ${length} times`);
  }
  return products;
}

/**
 * Writes products to their table. An existing product gets the new name. A product that is not in the list stays, as
 * its orders may still be on their way.
 * @throws TransientError where the table can't be written before the deadline
 */
export async function writeProducts(
  products: readonly Product[],
  { client, table }: { client: DynamoDBClient; table: string },
  deadline: Deadline,
): Promise<void> {
  const call = { store: 'CATALOGUE_UNWRITABLE', deadline, timeoutMs: TIMEOUT_MS };
  await sideBySide(products, PUTS_AT_ONCE, async (product) => {
    const put = new PutItemCommand({ TableName: table, Item: item(product) });
    await retry(() => storeCall(call, (options) => client.send(put, options)), { deadline });
  });
}
