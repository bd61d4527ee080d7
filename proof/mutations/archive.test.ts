import { ALERTS, DEMO, PROCESSED, RAW, RAW_DLQ, TRIPS } from '../topics.ts';
import { START, type WholeWorld } from '../world.fixture.ts';
import { at, drop, type Mutation, testMutations, twice } from './mutation.fixture.ts';

const mutations: Mutation[] = [
  ...([RAW, TRIPS, PROCESSED, ALERTS, RAW_DLQ, DEMO] as const).flatMap((topic): Mutation[] => {
    const own = (world: WholeWorld) =>
      at(
        world.s3.filter(({ key }) => key.startsWith(`${topic}/`)),
        0,
      );
    return [
      [`an archived record of ${topic} that is missing`, `s3 ${topic}`, 'lost', (world) => drop(own(world).records, 0)],
      [`a line of ${topic} that is there twice`, `s3 ${topic}`, 'duplicated', (world) => twice(own(world).records, 0)],
      [
        `an object of ${topic} that is missing`,
        `s3 ${topic}`,
        'lost',
        (world) => drop(world.s3, world.s3.indexOf(own(world))),
      ],
      [
        `an archived value of ${topic} that changed`,
        `s3 ${topic}`,
        'different',
        (world) => {
          at(own(world).records, 0).value = Buffer.from('{}');
        },
      ],
      [
        `an archived key of ${topic} that changed`,
        `s3 ${topic}`,
        'different',
        (world) => {
          at(own(world).records, 0).key = Buffer.from('x');
        },
      ],
      [
        `an archived header of ${topic} that is gone`,
        `s3 ${topic}`,
        'different',
        (world) => {
          at(own(world).records, 0).headers = new Map();
        },
      ],
      [
        `an archived timestamp of ${topic} that changed`,
        `s3 ${topic}`,
        'different',
        (world) => {
          at(own(world).records, 0).timestamp++;
        },
      ],
    ];
  }),
  [
    'objects that overlap',
    `s3 ${RAW}`,
    'duplicated',
    ({ s3 }) => {
      const object = at(s3, 1);
      s3.push({
        ...object,
        key: object.key.replace(/(\d{20})/, (text) => String(Number(text) + 1).padStart(20, '0')),
        records: object.records.slice(1),
      });
    },
  ],
  [
    'an object whose key promises records of another',
    `s3 ${RAW}`,
    'duplicated',
    ({ s3 }) => {
      const object = at(s3, 1);
      object.key = object.key.replace(/\d{20}/, '0'.repeat(20));
    },
  ],
  [
    'an object under another partition’s key',
    `s3 ${RAW}`,
    'different',
    ({ s3 }) => {
      const object = at(s3, 1);
      object.key = object.key.replace(/\/0-/, '/1-');
    },
  ],
  [
    'an object under another hour',
    `s3 ${RAW}`,
    'different',
    ({ s3 }) => {
      at(s3, 1).key = at(s3, 1).key.replace('hour=08', 'hour=09');
    },
  ],
  [
    'an object whose lines are in another order',
    `s3 ${RAW}`,
    'different',
    ({ s3 }) => {
      at(s3, 1).records.reverse();
    },
  ],
  [
    'an archived record beyond the topic’s end',
    `s3 ${RAW}`,
    'unexpected',
    ({ s3 }) => {
      const object = at(
        s3.filter(({ key }) => key.startsWith(`${RAW}/`)),
        -1,
      );
      object.records.push({ ...at(object.records, -1), offset: 10_000 });
    },
  ],
  [
    'an object of a topic that isn’t ours',
    's3',
    'unexpected',
    ({ s3 }) => {
      s3.push({ key: 'elsewhere/x', lastModified: START, records: [] });
    },
  ],
];

testMutations('the archive', mutations);
