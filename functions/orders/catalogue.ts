import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { boundedCache } from '#lib/bounded-cache.ts';
import type { Deadline } from '#lib/deadline.ts';
import { TransientError } from '#lib/errors.ts';
import { batchGet } from '#lib/stores/batch-get.ts';
import { storeCall } from '#lib/stores/call.ts';

/** The names of products. */
export interface Catalogue {
  /**
   * The names of the products that are in the catalogue.
   * @throws TransientError where the table can't be read before the deadline, or is empty
   */
  of(productIds: readonly string[], deadline: Deadline): Promise<ReadonlyMap<string, string>>;
}

export interface CatalogueOptions {
  client: DynamoDBClient;
  table: string;
  /** how long a name is used after it was read */
  cacheMs: number;
  /** the most products in the cache */
  cacheSize: number;
  now?: () => number;
}

const CODE = 'CATALOGUE_UNREADABLE';
const TIMEOUT_MS = 3_000;

/**
 * Reads the catalogue through a cache of this execution environment. All products of a batch that are not in the cache
 * are read at once. A missing product is not cached, so that the next batch finds it once it is in the catalogue.
 */
export function catalogueReader({ client, table, cacheMs, cacheSize, now = Date.now }: CatalogueOptions): Catalogue {
  const cache = boundedCache<string>({ ageMs: cacheMs, size: cacheSize, now });
  let filled = false;

  /** If the table is empty, the deployment is not finished: no order is at fault, and none may become a dead letter. */
  async function refuseEmpty(deadline: Deadline): Promise<void> {
    const scan = new ScanCommand({ TableName: table, Limit: 1 });
    const { Items = [] } = await storeCall(
      { store: CODE, operation: 'Scan', deadline, timeoutMs: TIMEOUT_MS },
      (options) => client.send(scan, options),
    );
    filled = Items.length > 0;
    if (!filled) throw new TransientError('CATALOGUE_EMPTY', 'the catalogue has no product: invoke seedCatalogue');
  }

  return {
    async of(productIds, deadline) {
      const names = new Map<string, string>();
      const unknown: string[] = [];
      for (const id of new Set(productIds)) {
        const known = cache.get(id);
        if (known === undefined) unknown.push(id);
        else names.set(id, known.value);
      }
      if (unknown.length === 0) return names;
      const keys = unknown.map((id) => ({ product_id: { S: id } }));
      // Consistent: an order with an unknown product becomes a dead letter, so a product that was just added must be
      // found.
      const items = await batchGet({ client, table, code: CODE, consistent: true }, keys, deadline);
      for (const { product_id, product_name } of items) {
        if (!product_id?.S || !product_name?.S) continue;
        names.set(product_id.S, product_name.S);
        cache.set(product_id.S, product_name.S);
      }
      filled ||= items.length > 0;
      if (!filled) await refuseEmpty(deadline);
      return names;
    },
  };
}
