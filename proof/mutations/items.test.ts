import { TRIPS } from '../fleet/places.ts';
import { judge } from '../judge.ts';
import { START, syntheticWorld } from '../world.fixture.ts';
import { at, drop, type Mutation, produceAgain, testMutations, twice } from './mutation.fixture.ts';

const mutations: Mutation[] = [
  ...(['vehicles', 'alerts', 'trips', 'records'] as const).flatMap((table): Mutation[] => [
    [`a missing item of ${table}`, `dynamodb ${table}`, 'lost', ({ dynamodb }) => drop(dynamodb[table], 1)],
    [`a duplicated item of ${table}`, `dynamodb ${table}`, 'duplicated', ({ dynamodb }) => twice(dynamodb[table], 1)],
    [
      `an item of ${table} without a record`,
      `dynamodb ${table}`,
      'unexpected',
      ({ dynamodb }) => {
        dynamodb[table].push({ ...at(dynamodb[table], 1), vehicleId: 'V99', topicPartition: 'demo_topic-7' });
      },
    ],
  ]),
  ...(
    [
      ['vehicles', 'version', 'older'],
      ['vehicles', 'source', 'raw-data-topic-0-0'],
      ['vehicles', 'eventTime', '2026-11-21T07:00:00.000Z'],
      ['vehicles', 'latitude', 1],
      ['vehicles', 'longitude', 99],
      ['vehicles', 'speed', 1],
      ['vehicles', 'fuelLevel', 1],
      ['vehicles', 'temperature', 1],
      ['vehicles', 'distanceRemainingKm', 1],
      ['vehicles', 'estimatedArrival', '2026-11-21T07:00:00.000Z'],
      ['vehicles', 'more', 1],
      ['vehicles', 'more', null],
      ['vehicles', 'eventTime', '2026-11-21T08:00:00Z'],
      ['alerts', 'version', 'older'],
      ['alerts', 'source', 'x'],
      ['alerts', 'timestamp', 'x'],
      ['alerts', 'more', 1],
      ['alerts', 'more', null],
      ['trips', 'version', 'older'],
      ['trips', 'partition', 9],
      ['trips', 'offset', 9],
      ['trips', 'tripId', 'x'],
      ['trips', 'destination', 'x'],
      ['trips', 'plannedArrival', 'x'],
      ['trips', 'deleted', true],
      ['trips', 'source', 'trips-topic-0-0'],
      ['trips', 'more', null],
      ['trips', 'expiresAt', 1],
      ['records', 'timestamp', 1],
      ['records', 'key', 'x'],
      ['records', 'value', 'x'],
      ['records', 'valueBytes', Buffer.from('x')],
      ['records', 'more', null],
      ['records', 'expiresAt', 1],
    ] as const
  ).map(
    ([table, attribute, value]): Mutation => [
      `an item of ${table} with another ${attribute}`,
      `dynamodb ${table}`,
      'different',
      ({ dynamodb }) => {
        Object.assign(at(dynamodb[table], 1), { [attribute]: value });
      },
    ],
  ),
];

/** The fixture's records are text with a key, JSON, bytes, a tombstone. */
const forms: Mutation[] = (
  [
    ['text that is stored as bytes', 0, { value: undefined, valueBytes: Buffer.from('Hello MSK') }],
    ['JSON that is stored as bytes', 1, { value: undefined, valueBytes: Buffer.from('{"a":[1]}') }],
    ['a text key that is stored as bytes', 0, { key: undefined, keyBytes: Buffer.from('k') }],
    ['a tombstone that is stored with a null value', 3, { value: null }],
  ] as const
).map(([what, index, change]) => [
  what,
  'dynamodb records',
  'different',
  ({ dynamodb }) => {
    const item = at(dynamodb.records, index);
    for (const [name, value] of Object.entries(change)) {
      if (value === undefined) delete item[name];
      else item[name] = value;
    }
  },
]);

testMutations('DynamoDB', [...mutations, ...forms]);

describe('the item of a tombstone', () => {
  const DAY = 86_400;
  const seconds = START / 1000;
  const faults = (item: object) => {
    const { world, facts } = syntheticWorld();
    const tombstone = produceAgain(world, TRIPS, 0, { value: null, timestamp: START });
    const vehicleId = String(tombstone.key);
    const version = `${String(START).padStart(15, '0')}-0000000000-${String(tombstone.offset).padStart(20, '0')}`;
    const index = world.dynamodb.trips.findIndex((own) => own['vehicleId'] === vehicleId);
    const { partition, offset } = tombstone;
    world.dynamodb.trips[index] = { vehicleId, version, partition, offset, deleted: true, ...item };
    return judge(world, facts).findings.filter(({ place }) => place === 'dynamodb trips');
  };

  test.each([0, 1, 60])('expires 30 days after it was written, %d s after it came', (after) => {
    expect(faults({ expiresAt: seconds + after + 30 * DAY })).toEqual([]);
  });

  test.each([
    ['counted from before it came', { expiresAt: seconds - 1 + 30 * DAY }],
    ['counted from after it was read back', { expiresAt: seconds + 61 + 30 * DAY }],
    ['with a fraction of a second', { expiresAt: seconds + 0.5 + 30 * DAY }],
    ['never', {}],
    ['as text', { expiresAt: String(seconds + 30 * DAY) }],
    ['in time, but with an additional attribute', { expiresAt: seconds + 30 * DAY, tripId: 'T0' }],
  ])('has a wrong time to live: %s', (_, item) => {
    expect(faults(item)).toMatchObject([{ kind: 'different', count: 1 }]);
  });
});
