import { setTimeout as sleep } from 'node:timers/promises';
import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { dynamodbOf } from '#local/deploy/servers.ts';
import type { StackFile } from '#local/stack-file.ts';
import type { Checkout } from '../support/checkout.ts';
import { eventually } from '../support/eventually.ts';

/** Freezes a server while that goes on: its connections stay open, and nothing answers. */
export async function whileFrozen(stack: StackFile, server: string, during: () => Promise<unknown>): Promise<void> {
  const pid = stack.processes.find(({ name }) => name === server)?.pid;
  if (pid === undefined) throw new Error(`the stack has no process ${server}`);
  process.kill(pid, 'SIGSTOP');
  try {
    await during();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

/** Freezes a server for some time. */
export const freeze = (stack: StackFile, server: string, ms: number) => whileFrozen(stack, server, () => sleep(ms));

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

/** Puts the item at a moment at which nothing is pending. @returns the one before it */
async function swapped(client: DynamoDBClient, TableName: string, Key: Item, item: Item): Promise<Item> {
  const swap = async () => {
    const { Item } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
    if (Item?.['next'] === undefined) return undefined;
    const unchanged = { ConditionExpression: '#next = :next AND attribute_not_exists(pending)' };
    const names = {
      ExpressionAttributeNames: { '#next': 'next' },
      ExpressionAttributeValues: { ':next': Item['next'] },
    };
    await client.send(new PutItemCommand({ TableName, Item: item, ...unchanged, ...names }));
    return Item;
  };
  const what = `a moment to change the checkpoint of ${Key['topicPartition']?.S} in ${TableName}`;
  return (await eventually(swap, { what })) as Item;
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

/** Resolves when the functions' log says so. */
async function isHandedBack(checkout: Checkout, handed: (partitions: string[]) => boolean): Promise<void> {
  const batches = async () => handedBack(await checkout.functionsLog());
  await eventually(async () => (await batches()).some(handed), { what: 'such a batch handed back', seen: batches });
}

/** The partitions of raw-data-topic in each invocation of the archive that failed: as the plugin logs them. */
const handedBack = (log: string) =>
  log
    .split('\n')
    .filter((line) => /archiveToS3 failed on .*raw-data-topic/.test(line))
    .map((line) => line.match(/raw-data-topic-\d/g) ?? []);
