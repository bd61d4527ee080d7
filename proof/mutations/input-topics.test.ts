import { RAW, TRIPS } from '../fleet/places.ts';
import type { LogRecord } from '../world.ts';
import { at, drop, type Mutation, setValue, testMutations, twice } from './mutation.fixture.ts';

const mutations: Mutation[] = [
  ['a missing raw record', RAW, 'lost', ({ topics }) => drop(topics[RAW].records, 5)],
  [
    'a missing last raw record, with an earlier end of the log',
    RAW,
    'lost',
    ({ topics }) => {
      const last = topics[RAW].records.pop() as LogRecord;
      at(topics[RAW].partitions, last.partition).end--;
    },
  ],
  ['a raw record that was read twice', RAW, 'duplicated', ({ topics }) => twice(topics[RAW].records, 5)],
  [
    'a raw record with the number of another one in its header',
    'generator',
    'lost',
    ({ topics }) => {
      const [a, b] = [at(topics[RAW].records, 4), at(topics[RAW].records, 5)];
      b.headers = a.headers;
    },
  ],
  [
    'two raw records that were acknowledged with the same coordinates',
    RAW,
    'lost',
    (_, { facts }) => {
      const topic = facts.generators.fleet?.manifest.topics[RAW] as { acknowledged: number };
      topic.acknowledged++;
    },
  ],
  [
    'a raw value that the generator meant to be bad and is good',
    'generator',
    'different',
    ({ topics }) => {
      const bad = topics[RAW].records.find(({ value }) => String(value).includes('fast')) as LogRecord;
      setValue(bad, { speed: 60 });
    },
  ],
  [
    'a raw value that raises another alert than the generator meant',
    'generator',
    'different',
    ({ topics }) => {
      const calm = topics[RAW].records.find(({ value }) => String(value).includes('"speed":60')) as LogRecord;
      setValue(calm, { speed: 99 });
    },
  ],
  [
    'a missing trip in the compacted log',
    's3 trips-topic',
    'unexpected',
    ({ topics }) => drop(topics[TRIPS].records, 2),
  ],
];

testMutations('an input topic', mutations);
