import { judge } from '../judge.ts';
import type { LoginRow } from '../logins/places.ts';
import { LOGINS, LOGINS_DLQ, LOGINS_PROCESSED } from '../logins/places.ts';
import { START, syntheticWorld } from '../world.fixture.ts';
import { headerOf, type Item, type LogRecord, type World } from '../world.ts';
import { at, drop, type Mutation, produceAgain, setValue, testMutations, twice } from './mutation.fixture.ts';

type Topics = Pick<World, 'topics'>;

const letterOf = ({ topics }: Topics, code: string) =>
  topics[LOGINS_DLQ].records.find((letter) => headerOf(letter, '__lambda.errors.exception') === code) as LogRecord;
const setHeader = (record: LogRecord, name: string, text: string) => {
  record.headers = new Map([...record.headers, [name, [Buffer.from(text)]]]);
};
const FIELDS = [
  ['user_id', 'U9'],
  ['app_version', 'unknown'],
  ['ip', '10.1.0.77'],
  ['locale', 'und'],
  ['device_id', null],
  ['timestamp', '2026-11-21T08:00:00Z'],
  ['device_type', 'tv'],
  ['more', 1],
] as const;

const processed: Mutation[] = [
  [
    'a login that was not processed',
    LOGINS_PROCESSED,
    'lost',
    ({ topics }) => {
      at(topics[LOGINS_PROCESSED].records, 4).headers = new Map();
    },
  ],
  [
    'a processed login of a bad login',
    LOGINS_PROCESSED,
    'unexpected',
    ({ topics }) => {
      const bad = topics[LOGINS].records.find(({ value }) => value === null) as LogRecord;
      setHeader(at(topics[LOGINS_PROCESSED].records, 4), 'source', `${LOGINS}-${bad.partition}-${bad.offset}`);
    },
  ],
  ...FIELDS.map(
    ([field, value]): Mutation => [
      `a processed login with ${field} ${JSON.stringify(value)}`,
      LOGINS_PROCESSED,
      'different',
      ({ topics }) => setValue(at(topics[LOGINS_PROCESSED].records, 0), { [field]: value }),
    ],
  ),
  [
    'a processed login with another key',
    LOGINS_PROCESSED,
    'different',
    ({ topics }) => {
      at(topics[LOGINS_PROCESSED].records, 4).key = Buffer.from('D4');
    },
  ],
];

const letters: Mutation[] = [
  [
    'a bad login without its dead letter',
    LOGINS_DLQ,
    'lost',
    (world) => {
      letterOf(world, 'TRUNCATED_AVRO').headers = new Map();
    },
  ],
  [
    'a dead letter with another cause',
    LOGINS_DLQ,
    'different',
    (world) => setHeader(letterOf(world, 'TRUNCATED_AVRO'), '__lambda.errors.exception', 'NOT_AVRO'),
  ],
  [
    'a dead letter of a good login',
    LOGINS_DLQ,
    'unexpected',
    (world) => {
      const letter = letterOf(world, 'NO_IDENTITY');
      const good = headerOf(at(world.topics[LOGINS_PROCESSED].records, 0), 'source')?.split('-') ?? [];
      setHeader(letter, '__lambda.errors.partition', String(good.at(-2)));
      setHeader(letter, '__lambda.errors.offset', String(good.at(-1)));
    },
  ],
  [
    'a login that the generator meant to be bad and is good',
    'generator',
    'different',
    ({ topics }) => {
      const bad = topics[LOGINS].records.find(({ value }) => value === null) as LogRecord;
      bad.value = Buffer.from(JSON.stringify({ user_id: 'U1', timestamp: 1_742_331_926 }));
    },
  ],
];

const stores: Mutation[] = [
  ['a missing row', 'rds logins', 'lost', ({ rds }) => drop(rds.logins, 3)],
  ['a duplicated row', 'rds logins', 'duplicated', ({ rds }) => twice(rds.logins, 3)],
  [
    'a row without a login',
    'rds logins',
    'unexpected',
    ({ rds }) => void rds.logins.push({ ...at(rds.logins, 3), source: `${LOGINS}-0-999` }),
  ],
  ...(
    [
      ['user_id', 'U9'],
      ['app_version', 'unknown'],
      ['ip', '10.1.0.77'],
      ['locale', 'und'],
      ['device_id', 'D9'],
      ['device_type', 'web'],
      ['event_time', new Date(0)],
    ] as const
  ).map(
    ([field, value]): Mutation => [
      `a row with another ${field}`,
      'rds logins',
      'different',
      ({ rds }) => void Object.assign(at(rds.logins, 3), { [field]: value }),
    ],
  ),
  ...(['users', 'devices'] as const).flatMap((table): Mutation[] => [
    [`a missing item of ${table}`, `dynamodb ${table}`, 'lost', ({ dynamodb }) => drop(dynamodb[table], 1)],
    [
      `an item of ${table} without a login`,
      `dynamodb ${table}`,
      'unexpected',
      ({ dynamodb }) => void dynamodb[table].push({ ...at(dynamodb[table], 1), user_id: 'X', device_id: 'X' }),
    ],
    ...(['version', 'source', 'eventTime', 'expiresAt', 'ip', 'app_version'] as const).map(
      (field): Mutation => [
        `an item of ${table} with another ${field}`,
        `dynamodb ${table}`,
        'different',
        ({ dynamodb }) => void Object.assign(at(dynamodb[table], 1), { [field]: 'x' }),
      ],
    ),
  ]),
  [
    'a user’s item of an older login',
    'dynamodb users',
    'different',
    ({ dynamodb, rds }) => {
      const item = at(dynamodb.users, 0);
      const older = rds.logins.find(({ user_id, source }) => user_id === item['user_id'] && source !== item['source']);
      Object.assign(item, { source: older?.source });
    },
  ],
];

testMutations('logins', [...processed, ...letters, ...stores]);

test('a login that was produced again is counted, and is no fault', () => {
  const { world, facts } = syntheticWorld();
  produceAgain(world, LOGINS_PROCESSED, 3);
  const report = judge(world, facts);

  expect(report.domains.logins.producedTwice).toBe(1);
  expect(report.findings.filter(({ place }) => place === LOGINS_PROCESSED)).toEqual([]);
});

test('an encoding that never occurred is a problem', () => {
  const { world, facts } = syntheticWorld();
  expect(judge(world, facts)).toMatchObject({
    ok: true,
    problems: [],
    domains: { logins: { byEncoding: { glue: expect.any(Number) } } },
  });
  world.topics[LOGINS].records = world.topics[LOGINS].records.filter(({ value }) => value?.[0] !== 0);

  expect(judge(world, facts).problems).toContain('logins: no good login came as confluent');
});

test('no finding contains an address or a device id', () => {
  const { world, facts } = syntheticWorld();
  for (const row of world.rds.logins) Object.assign(row, { ip: '10.9.9.9', device_id: 'secret' });
  for (const user of world.dynamodb.users) Object.assign(user, { ip: '10.9.9.9', device_id: 'secret' });

  expect(JSON.stringify(judge(world, facts).findings)).not.toMatch(/10\.9\.9\.9|10\.1\.|secret/);
});

describe('the item of a login that was past its retention when it came', () => {
  /** The fixture's logins are 15 ms old when they come, and are processed 30 ms later. */
  const CAME_MS = 45;
  const expire = (item: Item) => {
    item['expiresAt'] = Math.floor((Date.parse(String(item['eventTime'])) + CAME_MS) / 1000);
  };
  const found = (change: (users: Item[], rows: LoginRow[]) => void) => {
    const { world, facts } = syntheticWorld();
    const { users, devices } = world.dynamodb;
    for (const item of [...users, ...devices]) expire(item);
    change(users, world.rds.logins);
    return judge(world, { ...facts, logins: { ...facts.logins, retentionDays: 0 } }).findings;
  };
  const older = (users: Item[], rows: LoginRow[]) => {
    const { user_id, source } = at(users, 0);
    const row = rows.find((own) => own.user_id === user_id && own.source !== source) as LoginRow;
    const [, partition = '', offset = ''] = /-(\d+)-(\d+)$/.exec(row.source) ?? [];
    const { event_time, ...fields } = row;
    const version = [event_time.getTime(), partition, offset].map((n, i) =>
      String(n).padStart([15, 10, 20][i] ?? 0, '0'),
    );
    const known = Object.entries(fields).filter(([, value]) => value !== null);
    const item = { ...Object.fromEntries(known), version: version.join('-'), eventTime: event_time.toISOString() };
    expire(item);
    users[0] = item;
  };

  test.each<[string, Parameters<typeof found>[0]]>([
    ['exists', () => undefined],
    ['was removed by its time to live', (users) => users.splice(0, 1)],
    ['was removed before an older login came, whose item exists', older],
  ])('is right if it %s', (_, change) => {
    expect(found(change)).toEqual([]);
  });

  test.each<[string, Item]>([
    ['another address', { ip: '10.9.9.0' }],
    ['an additional field', { more: null }],
    ['an expiry a day after it came', { expiresAt: START / 1000 + 86_400 }],
    ['an expiry before it came', { expiresAt: START / 1000 - 86_400 }],
    ['no expiry', { expiresAt: undefined }],
  ])('is wrong if it has %s', (_, change) => {
    expect(found((users) => Object.assign(at(users, 0), change))).toMatchObject([
      { place: 'dynamodb users', count: 1 },
    ]);
  });
});
