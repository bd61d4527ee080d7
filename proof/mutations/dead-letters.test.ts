import { PROCESSED, RAW, RAW_DLQ } from '../fleet/places.ts';
import type { LogRecord } from '../world.ts';
import { archive, at, type Mutation, produceAgain, testMutations } from './mutation.fixture.ts';

const mutations: Mutation[] = [
  [
    'a bad record without its dead letter',
    RAW_DLQ,
    'lost',
    ({ topics }) => {
      at(topics[RAW_DLQ].records, 1).headers = new Map();
    },
  ],
  [
    'a dead letter of a good record',
    RAW_DLQ,
    'unexpected',
    ({ topics }) => {
      const good = topics[RAW].records.find(({ value }) => String(value).includes('"speed":60')) as LogRecord;
      const headers = new Map(at(topics[RAW_DLQ].records, 0).headers);
      headers.set('__lambda.errors.partition', [Buffer.from(String(good.partition))]);
      headers.set('__lambda.errors.offset', [Buffer.from(String(good.offset))]);
      produceAgain({ topics }, RAW_DLQ, 0, { headers });
    },
  ],
  [
    'a dead letter of a processed record, from a sink',
    RAW_DLQ,
    'unexpected',
    ({ topics }) => {
      const headers = new Map(at(topics[RAW_DLQ].records, 0).headers);
      headers.set('__lambda.errors.topic', [Buffer.from(PROCESSED)]);
      produceAgain({ topics }, RAW_DLQ, 0, { headers });
    },
  ],
  [
    'a dead letter with a changed value',
    RAW_DLQ,
    'different',
    ({ topics }) => {
      const letter = topics[RAW_DLQ].records.find(({ value }) => value !== null) as LogRecord;
      letter.value = Buffer.concat([letter.value as Buffer, Buffer.from(' ')]);
    },
  ],
  [
    'a dead letter without its key',
    RAW_DLQ,
    'different',
    ({ topics }) => {
      at(topics[RAW_DLQ].records, 1).key = null;
    },
  ],
  [
    'a dead letter with an empty value instead of null',
    RAW_DLQ,
    'different',
    ({ topics }) => {
      (topics[RAW_DLQ].records.find(({ value }) => value === null) as LogRecord).value = Buffer.alloc(0);
    },
  ],
  ...(
    [
      ['exception', ''],
      ['timestamp', ''],
      ['function', ''],
      ['function', 'nonsense'],
      ['function', 'processOrder'],
      ['message', ''],
      ['message', 'nonsense'],
      ['message', 'speed: \u0000'],
      ['message', `speed: ${'x'.repeat(500)}`],
    ] as const
  ).map(
    ([name, text]): Mutation => [
      `a dead letter with another ${name}: ${JSON.stringify(text.slice(0, 20))}`,
      RAW_DLQ,
      'different',
      ({ topics }) => {
        (at(topics[RAW_DLQ].records, 1).headers as Map<string, Buffer[]>).set(`__lambda.errors.${name}`, [
          Buffer.from(text),
        ]);
      },
    ],
  ),
  [
    'a bad record with over 10 dead letters',
    RAW_DLQ,
    'duplicated',
    (world) => {
      for (let copies = 1; copies < 11; copies++) archive(world, produceAgain(world, RAW_DLQ, 1));
    },
  ],
  [
    'a dead letter without the record’s header',
    RAW_DLQ,
    'different',
    ({ topics }) => {
      (at(topics[RAW_DLQ].records, 1).headers as Map<string, Buffer[]>).delete('generated');
    },
  ],
];

testMutations('dead letters', mutations);
