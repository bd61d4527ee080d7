import { setTimeout as sleep } from 'node:timers/promises';
import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { dynamodbOf } from '#local/deploy/servers.ts';
import type { StackFile } from '#local/stack-file.ts';
import type { Checkout } from '../support/checkout.ts';
import { eventually } from '../support/eventually.ts';

/** Freezes a server while `during` runs: its connections stay open, and nothing answers. */
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
 * Lets the archive of one partition fail until `until` resolves, while the other partitions of the batches continue. To
 * do so, it changes the partition's checkpoint: offsets far above the topic's end count as archived, with older
 * records. Afterwards it restores the checkpoint.
 * @throws the error of `until`, after the checkpoint is restored
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

/** Replaces the item at a moment when nothing is pending. @returns the item before */
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
 * Two faults under load. First the archive hands batches back, until one with the right partitions was handed back.
 * This needs arriving records. Then servers are frozen, and the functions retry within an invocation.
 *
 * @param handed whether the partitions of a failed invocation of the archive are the right ones
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

/** Waits for such a batch in the functions' log. */
async function isHandedBack(checkout: Checkout, handed: (partitions: string[]) => boolean): Promise<void> {
  const batches = async () => handedBack(await checkout.functionsLog());
  await eventually(async () => (await batches()).some(handed), {
    what: 'a failed invocation of the archive with the right partitions',
    seen: batches,
  });
}

/** The partitions of raw-data-topic in each failed invocation of the archive, from the plugin's log lines. */
const handedBack = (log: string) =>
  log
    .split('\n')
    .filter((line) => /archiveToS3 failed on .*raw-data-topic/.test(line))
    .map((line) => line.match(/raw-data-topic-\d/g) ?? []);
