import { PROCESSED, RAW } from '../fleet/places.ts';
import type { LogRecord } from '../world.ts';
import { at, type Mutation, produceAgain, setValue, testMutations } from './mutation.fixture.ts';

const mutations: Mutation[] = [
  [
    'a reading that was not processed',
    PROCESSED,
    'lost',
    ({ topics }) => {
      for (const log of [topics[PROCESSED]]) {
        const record = at(log.records, 7);
        record.headers = new Map();
      }
    },
  ],
  [
    'a processed record whose source is no input',
    PROCESSED,
    'unexpected',
    ({ topics }) => {
      at(topics[PROCESSED].records, 7).headers = new Map([['source', [Buffer.from('raw-data-topic-0-999')]]]);
    },
  ],
  [
    'a processed record of a bad reading',
    PROCESSED,
    'unexpected',
    ({ topics }) => {
      const bad = topics[RAW].records.find(({ value }) => value === null) as LogRecord;
      at(topics[PROCESSED].records, 7).headers = new Map([
        ['source', [Buffer.from(`${RAW}-${bad.partition}-${bad.offset}`)]],
      ]);
    },
  ],
  ...['latitude', 'longitude', 'speed', 'vehicleId', 'timestamp', 'location', 'more'].map(
    (field): Mutation => [
      `a processed record with another ${field}`,
      PROCESSED,
      'different',
      ({ topics }) => setValue(at(topics[PROCESSED].records, 7), { [field]: 99 }),
    ],
  ),
  [
    'a processed record with an additional field of null',
    PROCESSED,
    'different',
    ({ topics }) => setValue(at(topics[PROCESSED].records, 7), { more: null }),
  ],
  [
    'a latitude as text',
    PROCESSED,
    'different',
    ({ topics }) => setValue(at(topics[PROCESSED].records, 7), { latitude: '10.5' }),
  ],
  [
    'a missing speed',
    PROCESSED,
    'different',
    ({ topics }) => setValue(at(topics[PROCESSED].records, 7), { speed: undefined }),
  ],
  [
    'a distance that no trip explains',
    PROCESSED,
    'different',
    ({ topics }) => setValue(at(topics[PROCESSED].records, 7), { distanceRemainingKm: 3 }),
  ],
  [
    'an arrival that no trip explains',
    PROCESSED,
    'different',
    ({ topics }) => setValue(at(topics[PROCESSED].records, 7), { estimatedArrival: '2026-11-22T00:00:00.000Z' }),
  ],
  [
    'a reading without distance and arrival though its trip was known',
    PROCESSED,
    'different',
    ({ topics }) =>
      setValue(at(topics[PROCESSED].records, 7), { distanceRemainingKm: undefined, estimatedArrival: undefined }),
  ],
  [
    'a processed record with another key',
    PROCESSED,
    'different',
    ({ topics }) => {
      at(topics[PROCESSED].records, 7).key = Buffer.from('V99');
    },
  ],
  [
    'a second copy with another speed',
    PROCESSED,
    'different',
    ({ topics }) => {
      produceAgain({ topics }, PROCESSED, 7);
      setValue(topics[PROCESSED].records.findLast(({ partition }) => partition === 0) as LogRecord, { speed: 1 });
    },
  ],
  [
    'a vehicle’s readings produced in another order',
    PROCESSED,
    'outOfOrder',
    ({ topics }) => {
      const own = topics[PROCESSED].records.filter(({ value }) => String(value).includes('"V1"'));
      const [a, b] = [at(own, 1), at(own, 2)];
      [a.value, a.headers, b.value, b.headers] = [b.value, b.headers, a.value, a.headers];
    },
  ],
];

testMutations('processed-data-topic', mutations);
