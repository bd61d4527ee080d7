import { hasStores } from './needs.ts';
import { NOWHERE } from './servers.ts';

const all = { kafka: 'a', dynamodb: 'b', s3: 'c', rdsData: 'd', postgres: 'e' };
const minimal = { ...all, s3: NOWHERE, rdsData: NOWHERE, postgres: NOWHERE };

test('a minimal stack has what a function needs that names neither bucket nor database', () => {
  expect(hasStores({ TRIPS_TABLE: { Ref: 'TripsTable' } }, minimal)).toBe(true);
  expect(hasStores({ ARCHIVE_BUCKET: { Ref: 'ArchiveBucket' }, CHECKPOINTS_TABLE: '' }, minimal)).toBe(false);
  expect(hasStores({ DATABASE_ARN: '' }, minimal)).toBe(false);
});

test('a whole stack has what any function needs', () => {
  expect(hasStores({ ARCHIVE_BUCKET: '', DATABASE_ARN: '' }, all)).toBe(true);
});
