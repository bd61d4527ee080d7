import { RAW, TRIPS } from '../topics.ts';
import { at, drop, type Mutation, testMutations, twice } from './mutation.fixture.ts';

const mutations: Mutation[] = [
  ...(['readings', 'alerts', 'trips', 'records'] as const).flatMap((table): Mutation[] => [
    [`a row of ${table} that is missing`, `rds ${table}`, 'lost', ({ rds }) => drop(rds[table], 2)],
    [`a row of ${table} that is there twice`, `rds ${table}`, 'duplicated', ({ rds }) => twice<object>(rds[table], 2)],
    [
      `a row of ${table} of no record`,
      `rds ${table}`,
      'unexpected',
      ({ rds }) => {
        const rows: { source: string }[] = rds[table];
        rows.push({ ...at(rows, 2), source: `${table === 'trips' ? TRIPS : RAW}-0-9999` });
      },
    ],
  ]),
  ...(
    [
      ['readings', 'vehicle_id', 'V99'],
      ['readings', 'event_time', new Date(0)],
      ['readings', 'latitude', 1],
      ['readings', 'longitude', 99],
      ['readings', 'speed', null],
      ['readings', 'fuel_level', 1],
      ['readings', 'temperature', 1.5],
      ['readings', 'distance_remaining_km', null],
      ['readings', 'estimated_arrival', new Date(1)],
      ['alerts', 'vehicle_id', 'V99'],
      ['alerts', 'alert', 'Other'],
      ['alerts', 'event_time', new Date(0)],
      ['alerts', 'detail', {}],
      ['trips', 'vehicle_id', 'V99'],
      ['trips', 'trip_id', 'x'],
      ['trips', 'destination_latitude', 1],
      ['trips', 'destination_longitude', 99],
      ['trips', 'planned_arrival', new Date(0)],
      ['trips', 'deleted', true],
      ['records', 'topic', 'x'],
      ['records', 'partition', 9],
      ['records', 'offset', '9'],
      ['records', 'timestamp', new Date(0)],
      ['records', 'key_text', 'x'],
      ['records', 'value_text', 'x'],
      ['records', 'value_bytes', Buffer.from('x')],
      ['records', 'value_json', '{"a":[2]}'],
    ] as const
  ).map(
    ([table, column, value]): Mutation => [
      `another ${column} in ${table}`,
      `rds ${table}`,
      'different',
      ({ rds }) => {
        Object.assign(at<object>(rds[table], 2), { [column]: value });
      },
    ],
  ),
];

/** The fixture's records: text under a key, JSON, bytes, a tombstone. */
const forms: Mutation[] = (
  [
    ['JSON as text', 1, { value_json: null, value_text: '{"a":[1]}' }],
    ['JSON as bytes', 1, { value_json: null, value_bytes: Buffer.from('{"a":[1]}') }],
    ['text as bytes', 0, { value_text: null, value_bytes: Buffer.from('Hello MSK') }],
    ['text as JSON', 0, { value_text: null, value_json: '"Hello MSK"' }],
    ['a key of text as bytes', 0, { key_text: null, key_bytes: Buffer.from('k') }],
    ['a tombstone as the JSON null', 3, { value_json: 'null' }],
  ] as const
).map(([what, index, row]) => [
  what,
  'rds records',
  'different',
  ({ rds }) => void Object.assign(at<object>(rds.records, index), row),
]);

const details: Mutation[] = [{ more: null }, 'text', null, []].map((detail) => [
  `an alert’s detail that is or has ${JSON.stringify(detail)} more`,
  'rds alerts',
  'different',
  ({ rds }) => {
    const row = at(rds.alerts, 2);
    const isMore = typeof detail === 'object' && detail !== null && !Array.isArray(detail);
    row.detail = isMore ? { ...(row.detail as object), ...detail } : detail;
  },
]);

testMutations('PostgreSQL', [...mutations, ...forms, ...details]);
