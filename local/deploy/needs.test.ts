import { endpointsAt } from './endpoints.fixture.ts';
import { hasStores } from './needs.ts';
import { NOWHERE } from './servers.ts';

const all = endpointsAt('a');
const minimal = { ...all, s3: NOWHERE, rdsData: NOWHERE, postgres: NOWHERE, opensearch: NOWHERE };

test('a minimal stack runs a function that uses neither the bucket nor the database', () => {
  expect(hasStores({ TRIPS_TABLE: { Ref: 'TripsTable' } }, minimal)).toBe(true);
  expect(hasStores({ ARCHIVE_BUCKET: { Ref: 'ArchiveBucket' }, CHECKPOINTS_TABLE: '' }, minimal)).toBe(false);
  expect(hasStores({ DATABASE_ARN: '' }, minimal)).toBe(false);
});

test('a stack without OpenSearch runs only functions that don’t use it', () => {
  expect(hasStores({ OPENSEARCH_NODE: '' }, { ...all, opensearch: NOWHERE })).toBe(false);
  expect(hasStores({ DATABASE_ARN: '' }, { ...all, opensearch: NOWHERE })).toBe(true);
});

test('no stack runs a function that publishes to SNS', () => {
  expect(hasStores({ NOTIFICATIONS_TOPIC_ARN: { Ref: 'NotificationsTopic' } }, all)).toBe(false);
});

test('a full stack runs a function that uses every store', () => {
  expect(hasStores({ ARCHIVE_BUCKET: '', DATABASE_ARN: '', OPENSEARCH_NODE: '' }, all)).toBe(true);
});
