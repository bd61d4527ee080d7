import { at, drop, type Mutation, testMutations, twice } from './mutation.fixture.ts';

const mutations: Mutation[] = [
  ...(['vehicles', 'alerts', 'trips', 'records'] as const).flatMap((table): Mutation[] => [
    [`an item of ${table} that is missing`, `dynamodb ${table}`, 'lost', ({ dynamodb }) => drop(dynamodb[table], 1)],
    [
      `an item of ${table} that is there twice`,
      `dynamodb ${table}`,
      'duplicated',
      ({ dynamodb }) => twice(dynamodb[table], 1),
    ],
    [
      `an item of ${table} of no record`,
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
      ['alerts', 'version', 'older'],
      ['alerts', 'source', 'x'],
      ['alerts', 'timestamp', 'x'],
      ['alerts', 'more', 1],
      ['trips', 'version', 'older'],
      ['trips', 'partition', 9],
      ['trips', 'offset', 9],
      ['trips', 'tripId', 'x'],
      ['trips', 'destination', 'x'],
      ['trips', 'plannedArrival', 'x'],
      ['trips', 'deleted', true],
      ['trips', 'expiresAt', 1],
      ['records', 'timestamp', 1],
      ['records', 'key', 'x'],
      ['records', 'value', 'x'],
      ['records', 'valueBytes', Buffer.from('x')],
    ] as const
  ).map(
    ([table, attribute, value]): Mutation => [
      `another ${attribute} in ${table}`,
      `dynamodb ${table}`,
      'different',
      ({ dynamodb }) => {
        Object.assign(at(dynamodb[table], 1), { [attribute]: value });
      },
    ],
  ),
];

testMutations('DynamoDB', mutations);
