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
  /** true: a strongly consistent read, which sees every write that has ended and costs twice as much */
  consistent?: boolean;
}

/**
 * Reads the items of any number of different keys, in parallel reads of a hundred keys. Keys that DynamoDB leaves
 * unprocessed are read again.
 * @returns the items that exist, in any order
 * @throws TransientError of that code if not all can be read before the deadline
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
      const call = { store: code, operation: 'BatchGetItem', deadline, timeoutMs: TIMEOUT_MS };
      const answer = await storeCall(call, (options) => client.send(get, options));
      items.push(...(answer.Responses?.[table] ?? []));
      left = answer.UnprocessedKeys?.[table]?.Keys ?? [];
      if (left.length > 0) throw new TransientError(code, `DynamoDB left ${left.length} items unread: throttled`);
    },
    { deadline },
  );
  return items;
}
