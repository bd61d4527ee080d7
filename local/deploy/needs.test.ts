import { hasStores } from './needs.ts';
import { NOWHERE } from './servers.ts';

const all = { kafka: 'a', dynamodb: 'b', s3: 'c', rdsData: 'd', postgres: 'e', opensearch: 'f', schemaRegistry: 'g' };
const minimal = { ...all, s3: NOWHERE, rdsData: NOWHERE, postgres: NOWHERE, opensearch: NOWHERE };

test('a minimal stack has what a function needs that names neither bucket nor database', () => {
  expect(hasStores({ TRIPS_TABLE: { Ref: 'TripsTable' } }, minimal)).toBe(true);
  expect(hasStores({ ARCHIVE_BUCKET: { Ref: 'ArchiveBucket' }, CHECKPOINTS_TABLE: '' }, minimal)).toBe(false);
  expect(hasStores({ DATABASE_ARN: '' }, minimal)).toBe(false);
});

test('a stack without OpenSearch runs all that does without', () => {
  expect(hasStores({ OPENSEARCH_NODE: '' }, { ...all, opensearch: NOWHERE })).toBe(false);
  expect(hasStores({ DATABASE_ARN: '' }, { ...all, opensearch: NOWHERE })).toBe(true);
});

test('what publishes to SNS runs in no stack', () => {
  expect(hasStores({ NOTIFICATIONS_TOPIC_ARN: { Ref: 'NotificationsTopic' } }, all)).toBe(false);
});

test('a whole stack has what any function needs', () => {
  expect(hasStores({ ARCHIVE_BUCKET: '', DATABASE_ARN: '', OPENSEARCH_NODE: '' }, all)).toBe(true);
});
