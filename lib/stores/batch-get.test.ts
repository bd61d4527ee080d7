import { plenty } from '#test/support/deadlines.ts';
import { batchGet } from './batch-get.ts';
import { answeredBy } from './dynamodb.fixture.ts';

test.each([true, false, undefined])('every read has the requested consistency: %s', async (consistent) => {
  const { client, asked } = answeredBy(({ RequestItems }) => {
    const [first = {}, ...rest] = RequestItems?.['any']?.Keys ?? [];
    return { Responses: { any: [first] }, UnprocessedKeys: rest.length > 0 ? { any: { Keys: rest } } : {} };
  });
  const keys = [{ id: { S: 'a' } }, { id: { S: 'b' } }];

  const from = { client, table: 'any', code: 'UNREADABLE', ...(consistent !== undefined && { consistent }) };
  expect(await batchGet(from, keys, plenty)).toEqual(keys);

  const reads = asked.map(({ RequestItems }) => RequestItems?.['any']?.ConsistentRead);
  expect(reads).toEqual([consistent ?? false, consistent ?? false]);
});
