import { setTimeout as sleep } from 'node:timers/promises';
import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { dynamodbOf } from '../../local/deploy/servers.ts';
import type { StackFile } from '../../local/stack-file.ts';
import type { Checkout } from '../checkout.ts';

/** Freezes a server for some time: its connections stay open, and nothing answers. */
export async function freeze(stack: StackFile, server: string, ms: number): Promise<void> {
  const pid = stack.processes.find(({ name }) => name === server)?.pid;
  if (pid === undefined) throw new Error(`the stack has no process ${server}`);
  process.kill(pid, 'SIGSTOP');
  await sleep(ms);
  process.kill(pid, 'SIGCONT');
}

/**
 * Makes the archive of one partition stand still until something is seen, while the other partitions of the same
 * batches go on: its checkpoint says that offsets far above the topic's end are archived, with older records. Then it
 * is as it was.
 * @throws what `until` throws, after that
 */
export async function standStill(stack: StackFile, topicPartition: string, until: () => Promise<void>): Promise<void> {
  const client = dynamodbOf(stack.endpoints);
  const TableName = String(stack.references?.['CheckpointsTable']?.['Ref']);
  const Key = { topicPartition: { S: topicPartition } };
  const far = { ...Key, next: { N: '1000000000' }, timestamp: { N: '0' } };
  const before = await swapped(client, TableName, Key, far);
  try {
    await until();
  } finally {
    await client.send(new PutItemCommand({ TableName, Item: before }));
    client.destroy();
  }
}

/** Puts the item at a moment at which nothing is pending: at the latest 30 s after the load began. */
async function swapped(client: DynamoDBClient, TableName: string, Key: Item, item: Item): Promise<Item> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(20)) {
    const { Item } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
    if (Item?.['next'] === undefined) continue;
    const unchanged = { ConditionExpression: '#next = :next AND attribute_not_exists(pending)' };
    const names = {
      ExpressionAttributeNames: { '#next': 'next' },
      ExpressionAttributeValues: { ':next': Item['next'] },
    };
    try {
      await client.send(new PutItemCommand({ TableName, Item: item, ...unchanged, ...names }));
      return Item;
    } catch (error) {
      if ((error as Error).name !== 'ConditionalCheckFailedException') throw error;
    }
  }
  throw new Error(`no moment was found to change the checkpoint of ${Key['topicPartition']?.S} in ${TableName}`);
}

type Item = NonNullable<ConstructorParameters<typeof PutItemCommand>[0]['Item']>;

/**
 * Under load: first what is handed back, until that has happened, since it needs records to come; then what is retried
 * within an invocation.
 *
 * @param handed whether these partitions of an invocation of the archive that failed are what is waited for
 */
export async function handedBackThenFrozen(
  checkout: Checkout,
  stack: StackFile,
  handed: (partitions: string[]) => boolean,
  frozen: readonly string[],
): Promise<void> {
  await standStill(stack, 'raw-data-topic-0', () => isHandedBack(checkout, handed));
  await Promise.all(frozen.map((server) => freeze(stack, server, 5_000)));
}

/** Resolves when the functions' log says so. @throws Error where it doesn't within 20 s */
async function isHandedBack(checkout: Checkout, handed: (partitions: string[]) => boolean): Promise<void> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await sleep(100)) {
    if (handedBack(await checkout.functionsLog()).some(handed)) return;
  }
  throw new Error(
    `no such batch was handed back within 20 s: ${JSON.stringify(handedBack(await checkout.functionsLog()))}`,
  );
}

/** The partitions of raw-data-topic in each invocation of the archive that failed: as the plugin logs them. */
const handedBack = (log: string) =>
  log
    .split('\n')
    .filter((line) => /archiveToS3 failed on .*raw-data-topic/.test(line))
    .map((line) => line.match(/raw-data-topic-\d/g) ?? []);
