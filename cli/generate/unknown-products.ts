import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Deadline } from '#lib/deadline.ts';
import { batchGet } from '#lib/stores/batch-get.ts';

/** processOrder rejects a longer id before it reads the catalogue (docs/orders.md). */
const ID_BYTES = 64;
/** The note names at most this many products. */
const NAMED = 5;

/** A note about products that the running stack's catalogue doesn't have; undefined if it has all of them. */
export async function noteOfUnknown(
  products: ReadonlySet<string>,
  catalogue: { client: DynamoDBClient; table: string },
  deadline: Deadline,
): Promise<string | undefined> {
  const ids = [...products].filter((id) => Buffer.byteLength(id) <= ID_BYTES);
  const keys = ids.map((id) => ({ product_id: { S: id } }));
  const items = await batchGet({ ...catalogue, code: 'CATALOGUE_UNREADABLE' }, keys, deadline);
  const known = new Set(items.map(({ product_id }) => product_id?.S));
  const unknown = ids.filter((id) => !known.has(id));
  if (unknown.length === 0) return undefined;
  const names = unknown.slice(0, NAMED).join(', ') + (unknown.length > NAMED ? ', …' : '');
  return (
    `${unknown.length} of ${products.size} products are not in the catalogue (${names}): their orders become dead ` +
    'letters (UNKNOWN_PRODUCT). To have them processed, add the products to resources/catalogue/products.json, then: ' +
    'npm run invoke -- seedCatalogue'
  );
}
