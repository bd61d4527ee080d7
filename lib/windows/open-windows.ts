import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { within } from '../deadline.ts';
import { dynamodbWindows } from './dynamodb-store.ts';
import type { WindowStore } from './store.ts';

/**
 * How many windows have, or may have, orders that are in no result yet. A window counts once for each partition in
 * which it is open. If this is 0 and the topic's lag is 0, every order is in a result.
 * @throws TransientError if the table can't be read within 10 s
 * @example while ((await openWindows(client, table)) > 0) await sleep(1_000);
 */
export async function openWindows(client: DynamoDBClient, table: string): Promise<number> {
  return openIn(dynamodbWindows({ client, table, retentionSeconds: 0 }));
}

async function openIn(store: WindowStore): Promise<number> {
  const deadline = within(10_000);
  let open = 0;
  for (const partition of await store.partitions(deadline)) {
    open += (await store.readProgress(partition, deadline)).open.length;
  }
  return open;
}
