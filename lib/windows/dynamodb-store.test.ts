import { plenty } from '#test/support/deadlines.ts';
import { answeredBy } from '../stores/dynamodb.fixture.ts';
import { dynamodbWindows } from './dynamodb-store.ts';

/** Returns the first item of each read and leaves the other keys unprocessed. */
function throttledDynamodb() {
  const { client, asked } = answeredBy(({ RequestItems }) => {
    const [first, ...rest] = RequestItems?.['windows']?.Keys ?? [];
    return {
      Responses: { windows: [{ ...first, buckets: { N: '1' }, expiresAt: { N: '9' } }] },
      UnprocessedKeys: rest.length > 0 ? { windows: { Keys: rest } } : {},
    };
  });
  return { asked, store: dynamodbWindows({ client, table: 'windows', retentionSeconds: 1 }) };
}

test('reads unprocessed keys again, and every read is strongly consistent', async () => {
  const { asked, store } = throttledDynamodb();
  const deadline = plenty;

  const heads = await store.readHeads([0, 60_000, 120_000], deadline);
  await store.readStates([{ start: 0, partition: 0, bucket: 0 }], deadline);
  await store.readProducts([{ start: 0, partition: 0, bucket: 0 }], deadline);
  await store.readProgress(0, deadline);
  await store.partitions(deadline);

  expect(heads).toEqual(Array(3).fill({ buckets: 1, partitions: [], expiresAt: 9 }));
  expect(asked).toHaveLength(3 + 4);
  expect(asked.map(({ RequestItems }) => RequestItems?.['windows']?.ConsistentRead)).toEqual(Array(7).fill(true));
});
