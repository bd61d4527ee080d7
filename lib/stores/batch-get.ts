import { BatchGetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Deadline, retry } from '../deadline.ts';
import { TransientError } from '../errors.ts';
import type { Item } from './attributes.ts';
import { storeCall } from './call.ts';

/** BatchGetItem takes 100 keys ("Service, account, and table quotas"). */
const KEYS = 100;
const TIMEOUT_MS = 3_000;

export interface BatchGet {
  client: DynamoDBClient;
  table: string;
  /** the error's code where the table can't be read */
  code: string;
  /** true: strongly consistent, so that every write that has ended is seen; such a read costs twice as much */
  consistent?: boolean;
}

/**
 * Reads the items of any number of different keys, a hundred at a time, side by side; what DynamoDB leaves unprocessed
 * is asked for again.
 * @returns the items that are there, in no order
 * @throws TransientError of that code where they can't all be had before the deadline
 */
export async function batchGet(from: BatchGet, keys: readonly Item[], deadline: Deadline): Promise<Item[]> {
  const reads: Promise<Item[]>[] = [];
  for (let i = 0; i < keys.length; i += KEYS) reads.push(readSome(from, keys.slice(i, i + KEYS), deadline));
  return (await Promise.all(reads)).flat();
}

async function readSome(
  { client, table, code, consistent = false }: BatchGet,
  keys: Item[],
  deadline: Deadline,
): Promise<Item[]> {
  const items: Item[] = [];
  let left = keys;
  await retry(
    async () => {
      const get = new BatchGetItemCommand({ RequestItems: { [table]: { Keys: left, ConsistentRead: consistent } } });
      const call = { store: code, deadline, timeoutMs: TIMEOUT_MS };
      const answer = await storeCall(call, (options) => client.send(get, options));
      items.push(...(answer.Responses?.[table] ?? []));
      left = answer.UnprocessedKeys?.[table]?.Keys ?? [];
      if (left.length > 0) throw new TransientError(code, `${left.length} items were left unread: throttled`);
    },
    { deadline },
  );
  return items;
}
