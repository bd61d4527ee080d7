import { DeleteItemCommand, DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { Deadline } from '#lib/deadline.ts';
import type { Item } from '#lib/stores/attributes.ts';
import { oneAttempt, storeCall } from '#lib/stores/call.ts';
import type { Marked, Place, Range } from './place.ts';

const CALL_MS = 5_000;

/** RecordsTable, which has an item for each record. */
export function itemsIn(table: string, client = new DynamoDBClient(oneAttempt)): Place {
  const call = (deadline: Deadline) => ({ store: 'DYNAMODB', deadline, timeoutMs: CALL_MS });

  async function itemsOf({ topic, marker }: Marked, range: Range, deadline: Deadline): Promise<Item[]> {
    const items: Item[] = [];
    let next: Item | undefined;
    do {
      const command = new QueryCommand({
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: 'topicPartition = :partition AND #offset BETWEEN :from AND :last',
        FilterExpression: 'begins_with(#key, :marker)',
        ProjectionExpression: 'topicPartition, #offset, #key',
        ExpressionAttributeNames: { '#offset': 'offset', '#key': 'key' },
        ExpressionAttributeValues: {
          ':partition': { S: `${topic}-${range.partition}` },
          ':from': { N: String(range.from) },
          ':last': { N: String(range.to - 1) },
          ':marker': { S: marker },
        },
        ExclusiveStartKey: next,
      });
      const page = await storeCall(call(deadline), (options) => client.send(command, options));
      items.push(...(page.Items ?? []));
      next = page.LastEvaluatedKey;
    } while (next);
    return items;
  }

  const all = async (marked: Marked, deadline: Deadline) =>
    (await Promise.all(marked.ranges.map((range) => itemsOf(marked, range, deadline)))).flat();

  return {
    name: 'DynamoDB',
    async find(marked, deadline) {
      return new Set((await all(marked, deadline)).map(({ key }) => String(key?.S)));
    },
    async remove(marked, deadline) {
      for (const { key: _, ...key } of await all(marked, deadline)) {
        const command = new DeleteItemCommand({ TableName: table, Key: key });
        await storeCall(call(deadline), (options) => client.send(command, options));
      }
    },
  };
}
