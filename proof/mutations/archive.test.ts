import { DEMO } from '../demo/places.ts';
import { ALERTS, PROCESSED, RAW, RAW_DLQ, TRIPS } from '../fleet/places.ts';
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
      [`a missing archived record of ${topic}`, `s3 ${topic}`, 'lost', (world) => drop(own(world).records, 0)],
      [`a duplicated line of ${topic}`, `s3 ${topic}`, 'duplicated', (world) => twice(own(world).records, 0)],
      [`a missing object of ${topic}`, `s3 ${topic}`, 'lost', (world) => drop(world.s3, world.s3.indexOf(own(world)))],
      [
        `a changed archived value of ${topic}`,
        `s3 ${topic}`,
        'different',
        (world) => {
          at(own(world).records, 0).value = Buffer.from('{}');
        },
      ],
      [
        `a changed archived key of ${topic}`,
        `s3 ${topic}`,
        'different',
        (world) => {
          at(own(world).records, 0).key = Buffer.from('x');
        },
      ],
      [
        `a missing archived header of ${topic}`,
        `s3 ${topic}`,
        'different',
        (world) => {
          at(own(world).records, 0).headers = new Map();
        },
      ],
      [
        `a changed archived timestamp of ${topic}`,
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
    'an object whose key begins with the offset of another object',
    `s3 ${RAW}`,
    'duplicated',
    ({ s3 }) => {
      const object = at(s3, 1);
      object.key = object.key.replace(/\d{20}/, '0'.repeat(20));
    },
  ],
  [
    'an object with another partition in its key',
    `s3 ${RAW}`,
    'different',
    ({ s3 }) => {
      const object = at(s3, 1);
      object.key = object.key.replace(/\/0-/, '/1-');
    },
  ],
  [
    'an object with another hour in its key',
    `s3 ${RAW}`,
    'different',
    ({ s3 }) => {
      at(s3, 1).key = at(s3, 1).key.replace('hour=08', 'hour=09');
    },
  ],
  [
    'an object whose lines are in the wrong order',
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
    'an object of an unknown topic',
    's3',
    'unexpected',
    ({ s3 }) => {
      s3.push({ key: 'elsewhere/x', lastModified: START, records: [] });
    },
  ],
];

testMutations('the archive', mutations);
