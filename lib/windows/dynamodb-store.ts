import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { type Deadline, retry } from '../deadline.ts';
import { TransientError } from '../errors.ts';
import type { Item } from '../stores/attributes.ts';
import { storeCall } from '../stores/call.ts';
import {
  type Head,
  NO_PROGRESS,
  type Progress,
  type Reached,
  type StateKey,
  type StoredState,
  type WindowStore,
} from './store.ts';

export interface DynamodbWindowsOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** how long the table keeps a state after its last write; a head twice as long */
  readonly retentionSeconds: number;
  readonly now?: () => number;
}

/** BatchGetItem takes 100 keys (DynamoDB service quotas). */
const KEYS = 100;
const TIMEOUT_MS = 3_000;

const REGISTRY = 'partitions';
const stateId = ({ start, partition, bucket }: StateKey) => `state#${start / 1000}#${partition}#${bucket}`;
const headId = (start: number) => `head#${start / 1000}`;
const progressId = (partition: number) => `progress#${partition}`;

/**
 * The windows' table. Its key is `id` (S), its time to live `expiresAt`.
 *
 * | id | attributes |
 * |---|---|
 * | `state#<window start>#<partition>#<bucket>` | version, products (B), offsets (B), streamTime, touchedAt, expiresAt |
 * | `head#<window start>` | buckets, partitions (NS), expiresAt: twice as late, because every state needs its head |
 * | `progress#<partition>` | version, streamTime, closedThrough, forgottenThrough, open (L), touchedAt |
 * | `partitions` | partitions (NS) |
 */
export function dynamodbWindows({
  client,
  table,
  retentionSeconds,
  now = Date.now,
}: DynamodbWindowsOptions): WindowStore {
  const call = (operation: string, deadline: Deadline) => ({
    store: 'DYNAMODB',
    operation,
    deadline,
    timeoutMs: TIMEOUT_MS,
  });
  const expiry = (retentions: number) => Math.ceil(now() / 1000) + retentions * retentionSeconds;

  async function readSome(ids: readonly string[], deadline: Deadline, projection?: string): Promise<Map<string, Item>> {
    const found = new Map<string, Item>();
    let keys: Record<string, AttributeValue>[] = ids.map((id) => ({ id: { S: id } }));
    await retry(
      async () => {
        const request = { Keys: keys, ConsistentRead: true, ...(projection && { ProjectionExpression: projection }) };
        const command = new BatchGetItemCommand({ RequestItems: { [table]: request } });
        const answer = await storeCall(call('BatchGetItem', deadline), (options) => client.send(command, options));
        for (const item of answer.Responses?.[table] ?? []) found.set(item['id']?.S ?? '', item);
        keys = answer.UnprocessedKeys?.[table]?.Keys ?? [];
        if (keys.length > 0) throw new TransientError('DYNAMODB', `DynamoDB left ${keys.length} items unread`);
      },
      { deadline, pauseMs: 20 },
    );
    return found;
  }

  async function read(ids: readonly string[], deadline: Deadline, projection?: string): Promise<(Item | undefined)[]> {
    const parts = [];
    for (let i = 0; i < ids.length; i += KEYS) parts.push(readSome(ids.slice(i, i + KEYS), deadline, projection));
    const found = await Promise.all(parts);
    return ids.map((id, i) => found[Math.floor(i / KEYS)]?.get(id));
  }

  /** A failed attempt may have taken effect. The next one is then refused, and the caller reads the item. */
  function put(item: Item, expected: number, deadline: Deadline): Promise<boolean> {
    const command = new PutItemCommand({
      TableName: table,
      Item: { ...item, version: { N: String(expected + 1) } },
      ExpressionAttributeNames: { '#version': 'version' },
      ...(expected === 0
        ? { ConditionExpression: 'attribute_not_exists(#version)' }
        : {
            ConditionExpression: '#version = :expected',
            ExpressionAttributeValues: { ':expected': { N: String(expected) } },
          }),
    });
    const attempt = () =>
      storeCall(call('PutItem', deadline), async (options) => {
        try {
          await client.send(command, options);
          return true;
        } catch (error) {
          if (error instanceof ConditionalCheckFailedException) return false;
          throw error;
        }
      });
    return retry(attempt, { deadline, pauseMs: 20 });
  }

  function update(input: Omit<UpdateItemCommandInput, 'TableName'>, deadline: Deadline): Promise<Item | undefined> {
    const command = new UpdateItemCommand({ ...input, TableName: table, ReturnValues: 'ALL_NEW' });
    const attempt = () => storeCall(call('UpdateItem', deadline), (options) => client.send(command, options));
    return retry(attempt, { deadline, pauseMs: 20 }).then(({ Attributes }) => Attributes);
  }

  return {
    async readStates(keys, deadline) {
      return (await read(keys.map(stateId), deadline)).map(storedState);
    },
    async readProducts(keys, deadline) {
      return (await read(keys.map(stateId), deadline, 'id, products')).map((item) => item?.['products']?.B);
    },
    writeState(key, { products, offsets, reached }, expected, deadline) {
      const item = { id: { S: stateId(key) }, products: { B: products }, offsets: { B: offsets } };
      return put({ ...item, ...reachedItem(reached), expiresAt: { N: String(expiry(1)) } }, expected, deadline);
    },
    async readHeads(starts, deadline) {
      return (await read(starts.map(headId), deadline)).map((item) => item && headOf(item));
    },
    async join(start, partition, buckets, deadline) {
      const item = await update(
        {
          Key: { id: { S: headId(start) } },
          UpdateExpression:
            'SET #buckets = if_not_exists(#buckets, :buckets), expiresAt = :expiry ADD #partitions :own',
          ExpressionAttributeNames: { '#buckets': 'buckets', '#partitions': 'partitions' },
          ExpressionAttributeValues: {
            ':buckets': { N: String(buckets) },
            ':expiry': { N: String(expiry(2)) },
            ':own': { NS: [String(partition)] },
          },
        },
        deadline,
      );
      return headOf(item ?? {});
    },
    async readProgress(partition, deadline) {
      const [item] = await read([progressId(partition)], deadline);
      return item === undefined ? NO_PROGRESS : progressOf(item);
    },
    writeProgress(partition, progress, expected, deadline) {
      return put({ id: { S: progressId(partition) }, ...progressItem(progress) }, expected, deadline);
    },
    async register(partition, deadline) {
      await update(
        {
          Key: { id: { S: REGISTRY } },
          UpdateExpression: 'ADD #partitions :own',
          ExpressionAttributeNames: { '#partitions': 'partitions' },
          ExpressionAttributeValues: { ':own': { NS: [String(partition)] } },
        },
        deadline,
      );
    },
    async partitions(deadline) {
      const [item] = await read([REGISTRY], deadline);
      return numbers(item?.['partitions']);
    },
  };
}

const number = (value: AttributeValue | undefined): number => Number(value?.N);
const numbers = (value: AttributeValue | undefined): number[] => (value?.NS ?? []).map(Number).sort((a, b) => a - b);

function storedState(item: Item | undefined): StoredState | undefined {
  const { version, products, offsets, streamTime, touchedAt } = item ?? {};
  if (products?.B === undefined || offsets?.B === undefined) return undefined;
  return {
    version: number(version),
    products: products.B,
    offsets: offsets.B,
    ...(streamTime && { reached: { streamTime: number(streamTime), touchedAt: number(touchedAt) } }),
  };
}

const reachedItem = (reached: Reached | undefined): Item =>
  reached ? { streamTime: { N: String(reached.streamTime) }, touchedAt: { N: String(reached.touchedAt) } } : {};

function headOf({ buckets, partitions, expiresAt }: Item): Head {
  return { buckets: number(buckets), partitions: numbers(partitions), expiresAt: number(expiresAt) };
}

/** DynamoDB has no infinity: an absent attribute means -Infinity. */
const timeOf = (value: AttributeValue | undefined) => (value === undefined ? Number.NEGATIVE_INFINITY : number(value));

function progressItem({ closedThrough, forgottenThrough, open, ...reached }: Progress): Item {
  return {
    ...reachedItem(reached),
    ...(Number.isFinite(closedThrough) && { closedThrough: { N: String(closedThrough) } }),
    ...(Number.isFinite(forgottenThrough) && { forgottenThrough: { N: String(forgottenThrough) } }),
    open: { L: open.map((start) => ({ N: String(start) })) },
  };
}

function progressOf({ version, streamTime, closedThrough, forgottenThrough, open, touchedAt }: Item): Progress {
  return {
    version: number(version),
    streamTime: number(streamTime),
    closedThrough: timeOf(closedThrough),
    forgottenThrough: timeOf(forgottenThrough),
    open: (open?.L ?? []).map(number),
    touchedAt: number(touchedAt),
  };
}
