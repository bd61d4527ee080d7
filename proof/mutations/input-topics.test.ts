import { RAW, TRIPS } from '../topics.ts';
import type { LogRecord } from '../world.ts';
import { at, drop, type Mutation, setValue, testMutations, twice } from './mutation.fixture.ts';

const mutations: Mutation[] = [
  ['a raw record that the log lost', RAW, 'lost', ({ topics }) => drop(topics[RAW].records, 5)],
  [
    'the last raw record, and with it the log’s end',
    RAW,
    'lost',
    ({ topics }) => {
      const last = topics[RAW].records.pop() as LogRecord;
      at(topics[RAW].partitions, last.partition).end--;
    },
  ],
  ['a raw record read twice', RAW, 'duplicated', ({ topics }) => twice(topics[RAW].records, 5)],
  [
    'a raw record that is another than was acknowledged there',
    'generator',
    'lost',
    ({ topics }) => {
      const [a, b] = [at(topics[RAW].records, 4), at(topics[RAW].records, 5)];
      b.headers = a.headers;
    },
  ],
  [
    'two raw records acknowledged at one place',
    RAW,
    'lost',
    (_, { facts }) => {
      const topic = facts.generators.fleet?.manifest.topics[RAW] as { acknowledged: number };
      topic.acknowledged++;
    },
  ],
  [
    'a raw value that changed from bad to good',
    'generator',
    'different',
    ({ topics }) => {
      const bad = topics[RAW].records.find(({ value }) => String(value).includes('fast')) as LogRecord;
      setValue(bad, { speed: 60 });
    },
  ],
  [
    'a raw value that raises another alert than meant',
    'generator',
    'different',
    ({ topics }) => {
      const calm = topics[RAW].records.find(({ value }) => String(value).includes('"speed":60')) as LogRecord;
      setValue(calm, { speed: 99 });
    },
  ],
  [
    'a trip lost from a log that is compacted',
    's3 trips-topic',
    'unexpected',
    ({ topics }) => drop(topics[TRIPS].records, 2),
  ],
];

testMutations('an input topic', mutations);
