import { RAW, TRIPS } from '../fleet/places.ts';
import { at, drop, type Mutation, testMutations, twice } from './mutation.fixture.ts';

const mutations: Mutation[] = [
  ...(['readings', 'alerts', 'trips', 'records'] as const).flatMap((table): Mutation[] => [
    [`a missing row of ${table}`, `rds ${table}`, 'lost', ({ rds }) => drop(rds[table], 2)],
    [`a duplicated row of ${table}`, `rds ${table}`, 'duplicated', ({ rds }) => twice<object>(rds[table], 2)],
    [
      `a row of ${table} without a record`,
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
      `a row of ${table} with another ${column}`,
      `rds ${table}`,
      'different',
      ({ rds }) => {
        Object.assign(at<object>(rds[table], 2), { [column]: value });
      },
    ],
  ),
];

/** The fixture's records are text with a key, JSON, bytes, a tombstone. */
const forms: Mutation[] = (
  [
    ['JSON that is stored as text', 1, { value_json: null, value_text: '{"a":[1]}' }],
    ['JSON that is stored as bytes', 1, { value_json: null, value_bytes: Buffer.from('{"a":[1]}') }],
    ['text that is stored as bytes', 0, { value_text: null, value_bytes: Buffer.from('Hello MSK') }],
    ['text that is stored as JSON', 0, { value_text: null, value_json: '"Hello MSK"' }],
    ['a text key that is stored as bytes', 0, { key_text: null, key_bytes: Buffer.from('k') }],
    ['a tombstone that is stored as JSON’s null', 3, { value_json: 'null' }],
  ] as const
).map(([what, index, row]) => [
  what,
  'rds records',
  'different',
  ({ rds }) => void Object.assign(at<object>(rds.records, index), row),
]);

const details: Mutation[] = [{ more: null }, 'text', null, []].map((detail) => [
  `a row of alerts with the detail ${JSON.stringify(detail)}`,
  'rds alerts',
  'different',
  ({ rds }) => {
    const row = at(rds.alerts, 2);
    const isMore = typeof detail === 'object' && detail !== null && !Array.isArray(detail);
    row.detail = isMore ? { ...(row.detail as object), ...detail } : detail;
  },
]);

testMutations('PostgreSQL', [...mutations, ...forms, ...details]);
