import { METRICS, ORDERS, ORDERS_DLQ, PROCESSED_ORDERS } from '../orders/places.ts';
import { headerOf, type LogRecord, type World } from '../world.ts';
import { at, drop, type Mutation, produceAgain, setValue, testMutations, twice } from './mutation.fixture.ts';

type Topics = Pick<World, 'topics'>;

const letterOf = ({ topics }: Topics, code: string) =>
  topics[ORDERS_DLQ].records.find((letter) => headerOf(letter, '__lambda.errors.exception') === code) as LogRecord;
const setHeader = (record: LogRecord, name: string, text: string) => {
  record.headers = new Map([...record.headers, [name, [Buffer.from(text)]]]);
};
/** The index of a last result, which no other result corrects. */
const LAST = -1;

const processed: Mutation[] = [
  [
    'an order that was not processed',
    PROCESSED_ORDERS,
    'lost',
    ({ topics }) => {
      at(topics[PROCESSED_ORDERS].records, 4).headers = new Map();
    },
  ],
  [
    'a processed order of a bad order',
    PROCESSED_ORDERS,
    'unexpected',
    ({ topics }) => {
      const bad = topics[ORDERS].records.find(({ value }) => value === null) as LogRecord;
      setHeader(at(topics[PROCESSED_ORDERS].records, 4), 'source', `${ORDERS}-${bad.partition}-${bad.offset}`);
    },
  ],
  ...(
    [
      ['order_id', 'x'],
      ['user_id', 'x'],
      ['product_name', 'Mouse'],
      ['amount', 10.02],
      ['amount', '10.01'],
      ['timestamp', '2026-11-21T08:00:00Z'],
      ['more', 1],
    ] as const
  ).map(
    ([field, value]): Mutation => [
      `a processed order with ${field} ${JSON.stringify(value)}`,
      PROCESSED_ORDERS,
      'different',
      ({ topics }) => setValue(at(topics[PROCESSED_ORDERS].records, 4), { [field]: value }),
    ],
  ),
  [
    'a processed order with another key',
    PROCESSED_ORDERS,
    'different',
    ({ topics }) => {
      at(topics[PROCESSED_ORDERS].records, 4).key = Buffer.from('O4');
    },
  ],
  [
    'a product’s orders produced in another order',
    PROCESSED_ORDERS,
    'outOfOrder',
    ({ topics }) => {
      const [a, b] = [at(topics[PROCESSED_ORDERS].records, 1), at(topics[PROCESSED_ORDERS].records, 2)];
      [a.value, a.headers, b.value, b.headers] = [b.value, b.headers, a.value, a.headers];
    },
  ],
];

const letters: Mutation[] = [
  [
    'a bad order without its dead letter',
    ORDERS_DLQ,
    'lost',
    (world) => {
      letterOf(world, 'UNKNOWN_PRODUCT').headers = new Map();
    },
  ],
  [
    'a dead letter with another cause',
    ORDERS_DLQ,
    'different',
    (world) => setHeader(letterOf(world, 'UNKNOWN_PRODUCT'), '__lambda.errors.exception', 'SCHEMA'),
  ],
  [
    'a late order without its dead letter',
    ORDERS_DLQ,
    'lost',
    (world) => {
      letterOf(world, 'LATE').headers = new Map();
    },
  ],
  [
    'a dead letter LATE of an order that was in time',
    ORDERS_DLQ,
    'unexpected',
    (world) => {
      const headers = new Map(letterOf(world, 'LATE').headers);
      headers.set('__lambda.errors.offset', [Buffer.from('0')]);
      const index = world.topics[ORDERS_DLQ].records.indexOf(letterOf(world, 'LATE'));
      produceAgain(world, ORDERS_DLQ, index, { headers });
    },
  ],
  [
    'an order that the generator meant to be late, but is not',
    'generator',
    'different',
    ({ topics }) => {
      // The newest order of its partition is now older than this one.
      for (const record of topics[ORDERS].records) {
        if (record.partition === 29 % 3 && String(record.value).includes('"P')) {
          setValue(record, { timestamp: '2026-10-22T08:00:00.000Z' });
        }
      }
    },
  ],
];

const stores: Mutation[] = [
  ['an order without its row', 'rds orders', 'lost', ({ rds }) => drop(rds.orders, 3)],
  ['an order with two rows', 'rds orders', 'duplicated', ({ rds }) => twice(rds.orders, 3)],
  [
    'a row of a bad order',
    'rds orders',
    'unexpected',
    ({ rds, topics }) => {
      const bad = topics[ORDERS].records.find(({ value }) => value === null) as LogRecord;
      rds.orders.push({ ...at(rds.orders, 3), source: `${ORDERS}-${bad.partition}-${bad.offset}` });
    },
  ],
  ...(
    [
      ['order_id', 'x'],
      ['user_id', 'x'],
      ['product_id', 'P003'],
      ['product_name', 'x'],
      ['amount', '10.02'],
      ['event_time', new Date(0)],
    ] as const
  ).map(
    ([column, value]): Mutation => [
      `a row of an order with another ${column}`,
      'rds orders',
      'different',
      ({ rds }) => void Object.assign(at(rds.orders, 3), { [column]: value }),
    ],
  ),
  ['an order without its item', 'dynamodb orders', 'lost', ({ dynamodb }) => drop(dynamodb.orders, 3)],
  [
    'only one item of two orders with one id',
    'dynamodb orders',
    'lost',
    ({ dynamodb }) =>
      drop(
        dynamodb.orders,
        dynamodb.orders.findIndex(({ order_id }) => order_id === 'O5'),
      ),
  ],
  [
    'an item of an order with another amount',
    'dynamodb orders',
    'different',
    ({ dynamodb }) => void Object.assign(at(dynamodb.orders, 3), { amount: 1 }),
  ],
];

/** Wrong results, by the fields that they change: the right result has 3 to 7 orders. */
const RESULTS: readonly [what: string, fields: Record<string, unknown>][] = [
  ['too many orders', { order_count: 99 }],
  ['too few orders', { order_count: 1, total_revenue: 10.01, avg_order_value: 10.01 }],
  ['another revenue', { total_revenue: 999.99 }],
  ['another average', { avg_order_value: 17.7 }],
  ['another end', { window_end: 0 }],
];

/** The first result of P001's first window has only the first order, of 10.01; others of that window cost 25.50. */
const INTERMEDIATES: readonly [what: string, fields: Record<string, unknown>][] = [
  ['another order instead of the first', { total_revenue: 25.5, avg_order_value: 25.5 }],
  ['less revenue than any order has', { total_revenue: 5, avg_order_value: 5 }],
  ['two orders with the revenue of one', { order_count: 2, avg_order_value: 5.01 }],
];
const isIntermediate = (value: Buffer | string | null) => JSON.parse(String(value)).order_count === 1;

const windows: Mutation[] = [
  ...INTERMEDIATES.map(
    ([what, fields]): Mutation => [
      `an intermediate result with ${what}`,
      METRICS,
      'different',
      ({ topics, s3 }) => {
        const record = topics[METRICS].records.find(({ value }) => isIntermediate(value)) as LogRecord;
        setValue(record, fields);
        copyToArchive(s3, record);
      },
    ],
  ),
  ...INTERMEDIATES.map(
    ([what, fields]): Mutation => [
      `an intermediate line with ${what}`,
      'file metrics.json',
      'different',
      ({ file }) => {
        const index = file.findIndex(isIntermediate);
        file[index] = JSON.stringify({ ...JSON.parse(at(file, index)), ...fields });
      },
    ],
  ),
  ...RESULTS.map(
    ([what, fields]): Mutation => [
      `a result with ${what}`,
      METRICS,
      'different',
      ({ topics, s3 }) => {
        const record = at(topics[METRICS].records, LAST);
        setValue(record, fields);
        copyToArchive(s3, record);
      },
    ],
  ),
  ...RESULTS.map(
    ([what, fields]): Mutation => [
      `an archived result with ${what}`,
      `s3 ${METRICS}`,
      'different',
      ({ s3 }) => {
        const own = s3.filter(({ key }) => key.startsWith(`${METRICS}/`));
        setValue(at(at(own, LAST).records, LAST), fields);
      },
    ],
  ),
  ...RESULTS.map(
    ([what, fields]): Mutation => [
      `a line with ${what}`,
      'file metrics.json',
      'different',
      ({ file }) => {
        file.push(JSON.stringify({ ...JSON.parse(file.pop() as string), ...fields }));
      },
    ],
  ),
  ...RESULTS.map(
    ([what, fields]): Mutation => [
      `a row with ${what}`,
      'rds product_metrics',
      'different',
      ({ rds }) => {
        const texts = Object.entries(fields).map(([name, value]) => [name, textOf(name, value as number)]);
        Object.assign(at(rds.product_metrics, LAST), Object.fromEntries(texts));
      },
    ],
  ),
  [
    'a correction that counts an order twice',
    METRICS,
    'different',
    ({ topics }) => {
      const { order_count: count, total_revenue: revenue } = JSON.parse(
        String(at(topics[METRICS].records, LAST).value),
      );
      produceAgain({ topics }, METRICS, LAST);
      const again = at(topics[METRICS].records, LAST);
      const [n, sum] = [count + 1, Math.round(revenue * 100) + 1_001];
      setValue(again, { order_count: n, total_revenue: sum / 100, avg_order_value: Math.round(sum / n) / 100 });
    },
  ],
  [
    'a result of a window without orders',
    METRICS,
    'unexpected',
    ({ topics }) => {
      produceAgain({ topics }, METRICS, LAST);
      const again = at(topics[METRICS].records, LAST);
      setValue(again, { window_start: 60, window_end: 120 });
      setHeader(again, 'source', `60/${JSON.parse(String(again.value)).product_id}`);
    },
  ],
  [
    'a result with another source',
    METRICS,
    'different',
    ({ topics }) => {
      const record = at(topics[METRICS].records, LAST);
      record.headers = new Map([['source', [Buffer.from('60/P001')]]]);
    },
  ],
  [
    'a result with a seventh field',
    METRICS,
    'different',
    ({ topics }) => setValue(at(topics[METRICS].records, LAST), { product_name: 'Mouse' }),
  ],
  [
    'a window without a result',
    METRICS,
    'lost',
    ({ topics }) => {
      const { records, partitions } = topics[METRICS];
      const last = records.pop() as LogRecord;
      (partitions.find(({ partition }) => partition === last.partition) as { end: number }).end--;
    },
  ],
  ['a window that is not in the file', 'file metrics.json', 'lost', ({ file }) => drop(file, file.length - 1)],
  [
    'a line that isn’t JSON',
    'file metrics.json',
    'unexpected',
    ({ file }) => {
      file.push('{window_start=60}');
    },
  ],
  [
    'a window without its row',
    'rds product_metrics',
    'lost',
    ({ rds }) => drop(rds.product_metrics, rds.product_metrics.length - 1),
  ],
  [
    'a window with two rows',
    'rds product_metrics',
    'duplicated',
    ({ rds }) => twice(rds.product_metrics, rds.product_metrics.length - 1),
  ],
];

const generator: Mutation[] = [
  [
    'an order whose amount differs in the generator’s sums',
    'generator',
    'different',
    (_, { facts }) => {
      const { manifest } = facts.generators.orders ?? {};
      const [key, { count, cents }] = [...(manifest?.windows ?? [])][0] as [string, { count: number; cents: number }];
      Object.assign(manifest as object, {
        windows: new Map([...(manifest?.windows ?? []), [key, { count, cents: cents + 1 }]]),
      });
    },
  ],
  [
    'an acknowledged order that is not in its topic',
    ORDERS,
    'lost',
    ({ topics }) => {
      const { records, partitions } = topics[ORDERS];
      const last = records.pop() as LogRecord;
      (partitions.find(({ partition }) => partition === last.partition) as { end: number }).end--;
    },
  ],
];

testMutations('processed-orders', processed);
testMutations('dead letters of orders', letters);
testMutations('the stores of orders', stores);
testMutations('windows', windows);
testMutations('the generator’s view of orders', generator);

function textOf(name: string, value: number): string {
  return name === 'order_count' || name.startsWith('window') ? String(value) : value.toFixed(2);
}

/** Copies a changed record to the archive, so that only the topic is at fault. */
function copyToArchive(s3: { records: LogRecord[] }[], record: LogRecord): void {
  for (const { records } of s3) {
    for (const line of records) {
      const same = line.topic === record.topic && line.partition === record.partition && line.offset === record.offset;
      if (same) line.value = record.value;
    }
  }
}
