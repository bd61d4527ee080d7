import { BatchWriteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { type TripReaderOptions, tripReader } from '#functions/fleet/trips.ts';
import { within } from '#lib/deadline.ts';
import { TransientError } from '#lib/errors.ts';
import { freeze } from '../support/freeze.ts';
import { startTables, type TestTables, unreachableTables } from '../support/servers.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
  await tables.create('trips', 'vehicleId:S');
});
afterAll(() => tables?.stop());

const itemOf = (vehicleId: string, tripId: string) => ({
  vehicleId: { S: vehicleId },
  tripId: { S: tripId },
  destination: { S: '52.52,13.405' },
  plannedArrival: { S: '2026-01-01T12:00:00.000Z' },
  deleted: { BOOL: false },
});
const trip = (tripId: string) => ({
  tripId,
  destination: { latitude: 52.52, longitude: 13.405 },
  plannedArrival: '2026-01-01T12:00:00.000Z',
});
const put = (item: Record<string, { S: string } | { BOOL: boolean }>) =>
  tables.client.send(new PutItemCommand({ TableName: 'trips', Item: item }));

/** A reader with its own cache, like that of an execution environment. */
const reader = (more: Partial<TripReaderOptions> = {}) => {
  const trips = tripReader({ client: tables.client, table: 'trips', cacheMs: 30_000, ...more });
  return (ids: readonly string[], ms = 60_000) => trips.of(ids, within(ms));
};

test('hundreds of vehicles are read in one call; unknown vehicles and deleted trips give no trip', async () => {
  const ids = Array.from({ length: 250 }, (_, n) => `many-${n}`);
  for (let i = 0; i < ids.length; i += 25) {
    const requests = ids.slice(i, i + 25).map((id) => ({ PutRequest: { Item: itemOf(id, `trip of ${id}`) } }));
    await tables.client.send(new BatchWriteItemCommand({ RequestItems: { trips: requests } }));
  }
  await put({ ...itemOf('many-7', 'ended'), deleted: { BOOL: true } });
  // The sink writes such an item if it gets only the tombstone of a trip.
  await put({ vehicleId: { S: 'many-8' }, deleted: { BOOL: true } });

  const found = await reader()([...ids, 'nobody', ...ids]);

  const expected = ids.filter((id) => id !== 'many-7' && id !== 'many-8');
  expect(new Map(found)).toEqual(new Map(expected.map((id) => [id, trip(`trip of ${id}`)])));
});

test.each([
  ['a destination that is no pair of numbers', { destination: { S: 'here' } }],
  ['a destination that is not on Earth', { destination: { S: '91,0' } }],
  ['a destination that is a list', { destination: { L: [] } }],
  ['an arrival that is no time', { plannedArrival: { S: 'soon' } }],
  ['an arrival in a year that the stores do not accept', { plannedArrival: { S: '0000-01-01T00:00:00Z' } }],
  ['a trip id that is a number', { tripId: { N: '1' } }],
])('an item with %s is no trip; the others of its batch are read', async (_, wrong) => {
  await tables.client.send(new PutItemCommand({ TableName: 'trips', Item: { ...itemOf('malformed', 'T'), ...wrong } }));
  await put(itemOf('beside', 'there'));
  const told: number[] = [];

  const found = await reader({ malformed: (count) => void told.push(count) })([
    'malformed',
    'beside',
    'nobody',
    'many-7',
  ]);

  expect(new Map(found)).toEqual(new Map([['beside', trip('there')]]));
  expect(told).toEqual([1]);
});

test('without vehicles there are no trips', async () => {
  expect([...(await reader()([]))]).toEqual([]);
});

test('a trip, and the fact that there is none, is cached until the cache time is over', async () => {
  let time = 0;
  const of = reader({ cacheMs: 1_000, now: () => time });
  const tripIds = async () => [...(await of(['aged', 'aged-later'])).values()].map(({ tripId }) => tripId);
  await put(itemOf('aged', 'first'));

  expect(await tripIds()).toEqual(['first']);
  await put(itemOf('aged', 'second'));
  await put(itemOf('aged-later', 'new'));
  time = 999;
  expect(await tripIds()).toEqual(['first']);
  time = 1_000;
  expect(await tripIds()).toEqual(['second', 'new']);
  await put({ ...itemOf('aged', 'second'), deleted: { BOOL: true } });
  time = 2_000;
  expect(await tripIds()).toEqual(['new']);
});

test('a cache that is smaller than a batch still gives every trip of it', async () => {
  const ids = Array.from({ length: 10 }, (_, n) => `small-${n}`);
  for (const id of ids) await put(itemOf(id, id));
  const of = reader({ cacheSize: 3 });

  for (let again = 0; again < 2; again += 1) {
    expect([...(await of(ids)).keys()].toSorted()).toEqual(ids);
  }
});

test('a missing table and an unreachable server are transient errors: no record is rejected', async () => {
  await expect(reader({ table: 'nowhere' })(['V1'], 300)).rejects.toBeInstanceOf(TransientError);

  const unreadable = { code: 'TRIPS_UNREADABLE', retriable: true };
  await expect(reader({ client: unreachableTables() })(['V1'], 300)).rejects.toMatchObject(unreadable);
});

/** Timeout of one call if the batch has enough time. */
const ONE_CALL_MS = 3_000;

test('a frozen server fails the read at its deadline; if it answers again before, the read succeeds', async () => {
  await put(itemOf('frozen', 'there'));
  await freeze(tables.server);
  try {
    const began = performance.now();
    await expect(reader()(['frozen'], 1_000)).rejects.toBeInstanceOf(TransientError);
    expect(performance.now() - began).toBeLessThan(ONE_CALL_MS);
    const waiting = reader()(['frozen']);
    // Until the first call has timed out, and the second one waits.
    await new Promise((resolve) => setTimeout(resolve, ONE_CALL_MS + 500));
    tables.server.process?.signal('SIGCONT');
    expect((await waiting).get('frozen')?.tripId).toBe('there');
  } finally {
    tables.server.process?.signal('SIGCONT');
  }
});

test('a failed read is not cached', async () => {
  const of = reader({ table: 'late' });
  await expect(of(['V1'], 300)).rejects.toBeInstanceOf(TransientError);
  await tables.create('late', 'vehicleId:S');
  await tables.client.send(new PutItemCommand({ TableName: 'late', Item: itemOf('V1', 'there') }));

  expect((await of(['V1'])).get('V1')?.tripId).toBe('there');
});
