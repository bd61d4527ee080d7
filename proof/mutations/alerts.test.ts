import { ALERTS, PROCESSED } from '../fleet/places.ts';
import type { LogRecord, World } from '../world.ts';
import { type Mutation, produceAgain, setValue, testMutations } from './mutation.fixture.ts';

const headers: Mutation[] = (['Speeding', 'LowFuel', 'Temperature', 'Delay'] as const).flatMap((kind) =>
  (['location', 'threshold', 'tripId'] as const).flatMap((name) =>
    [undefined, 'x'].map(
      (text): Mutation => [
        `a ${kind} alert ${text === undefined ? 'without its' : 'with another'} header ${name}`,
        kind === 'Delay' ? `${ALERTS} Delay` : ALERTS,
        'different',
        ({ topics }) => {
          const alert = topics[ALERTS].records.find(({ value }) => String(value).includes(kind)) as LogRecord;
          const changed = new Map(alert.headers);
          if (text === undefined) changed.delete(name);
          else changed.set(name, [Buffer.from(text)]);
          alert.headers = changed;
        },
      ],
    ),
  ),
);

const mutations: Mutation[] = [
  ...headers,
  ...(['Speeding', 'LowFuel', 'Temperature'] as const).flatMap((kind): Mutation[] => {
    const one = (topics: World['topics']) =>
      topics[ALERTS].records.find(({ value }) => String(value).includes(kind)) as LogRecord;
    return [
      [
        `a missing ${kind} alert`,
        ALERTS,
        'lost',
        ({ topics }) => {
          one(topics).headers = new Map([['source', [Buffer.from(`raw-data-topic-0-999/${kind}`)]]]);
        },
      ],
      [
        `a ${kind} alert with an additional field`,
        ALERTS,
        'different',
        ({ topics }) => setValue(one(topics), { location: '1,2' }),
      ],
      [
        `a ${kind} alert with an additional field of null`,
        ALERTS,
        'different',
        ({ topics }) => setValue(one(topics), { more: null }),
      ],
      [
        `a ${kind} alert with another timestamp`,
        ALERTS,
        'different',
        ({ topics }) => setValue(one(topics), { timestamp: '2026-11-21T09:00:00.000Z' }),
      ],
      [
        `a ${kind} alert with another vehicle’s key`,
        ALERTS,
        'different',
        ({ topics }) => {
          one(topics).key = Buffer.from('V99');
        },
      ],
    ];
  }),
  [
    'an alert that no reading implies',
    ALERTS,
    'unexpected',
    ({ topics }) => {
      const calm = topics[PROCESSED].records.find(({ value }) => String(value).includes('"speed":60')) as LogRecord;
      produceAgain({ topics }, ALERTS, 0, {
        headers: new Map([['source', [Buffer.from(`${String(calm.headers.get('source')?.[0])}/Speeding`)]]]),
      });
    },
  ],
  [
    'a missing Delay alert',
    `${ALERTS} Delay`,
    'lost',
    ({ topics }) => {
      const delay = topics[ALERTS].records.find(({ value }) => String(value).includes('Delay')) as LogRecord;
      delay.headers = new Map([['source', [Buffer.from('raw-data-topic-0-999/Delay')]]]);
    },
  ],
  [
    'a Delay alert of a reading in time',
    `${ALERTS} Delay`,
    'unexpected',
    ({ topics }) => {
      const inTime = topics[PROCESSED].records.find(({ value }) => String(value).includes('"V1"')) as LogRecord;
      const delay = topics[ALERTS].records.findIndex(({ value }) => String(value).includes('Delay'));
      produceAgain({ topics }, ALERTS, delay, {
        headers: new Map([['source', [Buffer.from(`${String(inTime.headers.get('source')?.[0])}/Delay`)]]]),
      });
    },
  ],
  [
    'a Delay alert with another trip',
    `${ALERTS} Delay`,
    'different',
    ({ topics }) => {
      setValue(topics[ALERTS].records.find(({ value }) => String(value).includes('Delay')) as LogRecord, {
        tripId: 'T9',
      });
    },
  ],
];

testMutations('alerts-topic', mutations);
