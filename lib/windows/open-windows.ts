import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { within } from '../deadline.ts';
import { dynamodbWindows } from './dynamodb-store.ts';

/** A window that has, or may have, orders in no result yet. */
export interface OpenWindow {
  /** ms since the epoch */
  readonly start: number;
  /** the partition in which it is open; it may be open in several */
  readonly partition: number;
}

/**
 * The windows that have, or may have, orders that are in no result yet. If there is none and the topic's lag is 0, every
 * order is in a result.
 * @throws TransientError if the table can't be read in this time
 */
export async function openWindowsOf(client: DynamoDBClient, table: string, boundMs: number): Promise<OpenWindow[]> {
  const store = dynamodbWindows({ client, table, retentionSeconds: 0 });
  const deadline = within(boundMs);
  const open: OpenWindow[] = [];
  for (const partition of await store.partitions(deadline)) {
    const progress = await store.readProgress(partition, deadline);
    open.push(...progress.open.map((start) => ({ start, partition })));
  }
  return open;
}

/**
 * How many windows are open. A window counts once for each partition in which it is open.
 * @throws TransientError if the table can't be read within 10 s
 * @example while ((await openWindows(client, table)) > 0) await sleep(1_000);
 */
export async function openWindows(client: DynamoDBClient, table: string): Promise<number> {
  return (await openWindowsOf(client, table, 10_000)).length;
}
