import {
  type BatchGetItemCommandInput,
  type BatchGetItemCommandOutput,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { within } from '../deadline.ts';
import { dynamodbWindows } from './dynamodb-store.ts';

/** What DynamoDB Local never does: it reads consistently whatever it is asked, and leaves nothing unread. */
function throttledDynamodb() {
  const client = new DynamoDBClient({ region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'a' } });
  const asked: BatchGetItemCommandInput[] = [];
  client.middlewareStack.add(
    () => async (request) => {
      const input = request.input as BatchGetItemCommandInput;
      asked.push(input);
      const keys = input.RequestItems?.['windows']?.Keys ?? [];
      const output: BatchGetItemCommandOutput = {
        $metadata: {},
        Responses: { windows: keys.slice(0, 1).map((key) => ({ ...key, buckets: { N: '1' }, expiresAt: { N: '9' } })) },
        UnprocessedKeys: keys.length > 1 ? { windows: { Keys: keys.slice(1) } } : {},
      };
      return { output, response: {} };
    },
    { step: 'initialize', priority: 'high' },
  );
  return { asked, store: dynamodbWindows({ client, table: 'windows', retentionSeconds: 1 }) };
}

test('what is left unread is asked for again, and every read is strongly consistent', async () => {
  const { asked, store } = throttledDynamodb();
  const deadline = within(5_000);

  const heads = await store.readHeads([0, 60_000, 120_000], deadline);
  await store.readStates([{ start: 0, partition: 0, bucket: 0 }], deadline);
  await store.readProducts([{ start: 0, partition: 0, bucket: 0 }], deadline);
  await store.readProgress(0, deadline);
  await store.partitions(deadline);

  expect(heads).toEqual(Array(3).fill({ buckets: 1, partitions: [], expiresAt: 9 }));
  expect(asked).toHaveLength(3 + 4);
  expect(asked.map(({ RequestItems }) => RequestItems?.['windows']?.ConsistentRead)).toEqual(Array(7).fill(true));
});
