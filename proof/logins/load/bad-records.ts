import { deflateSync } from 'node:zlib';
import type { SpoilCause } from '../../load/spoiler.ts';
import type { SchemaIds } from '../facts.ts';
import { frameConfluent, frameGlue, payloadOf } from './encoding.ts';
import type { Login } from './login.ts';

/** A way to spoil a login. */
export interface BadLogin extends SpoilCause {
  /** @param time the record's Kafka timestamp, ms since the epoch */
  value: (login: Login, ids: SchemaIds, time: number) => Buffer | null;
}

const LARGE_BYTES = 1_000_000;
const BOMB_BYTES = 10 * 1024 * 1024;
const AHEAD_MS = 10 * 60_000;
/** Ids that no registry gives. */
const UNKNOWN_ID = 2_000_000_000;
const UNKNOWN_UUID = 'eeeeeeee-eeee-4eee-8eee-eeeeeeeeeeee';

/** A login with all fields, so that only the spoiled field is bad. */
const WHOLE = { user_id: 'U1', device_id: 'D1', app_version: '1.0.0', locale: 'en_US', device_type: 'ios' };
const whole = (login: Login): Login & typeof WHOLE => ({ ...login, ...WHOLE });

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const withField = (code: string, cause: string, fields: object): BadLogin => ({
  cause,
  code,
  value: (login) => json({ ...whole(login), ...fields }),
});
const framed = (code: string, cause: string, spoil: (payload: Buffer) => Buffer): BadLogin => ({
  cause,
  code,
  value: (login, { glue }) => frameGlue(glue, spoil(payloadOf(whole(login)))),
});
const compressionByte = (value: Buffer, byte: number): Buffer => {
  value[1] = byte;
  return value;
};

const bomb = deflateSync(Buffer.alloc(BOMB_BYTES));

/**
 * Every cause of bad logins, with the code of its dead letter (docs/schemas.md). A generator takes them in turn.
 * UNKNOWN_FORMAT is missing: only an event source mapping with a schema registry tells a value's format.
 */
export const BAD_LOGINS: readonly BadLogin[] = [
  { cause: 'null value', code: 'NULL_VALUE', value: () => null },
  { cause: 'invalid UTF-8', code: 'NOT_UTF8', value: () => Buffer.from([0x7b, 0xff, 0x7d]) },
  { cause: 'not JSON', code: 'NOT_JSON', value: (login) => json(login).subarray(0, -2) },
  { cause: 'empty value', code: 'NOT_JSON', value: () => Buffer.alloc(0) },
  { cause: 'JSON array', code: 'NOT_AN_OBJECT', value: (login) => json([login]) },
  { cause: 'Confluent header cut', code: 'TRUNCATED_FRAME', value: () => Buffer.from([0, 0, 0]) },
  {
    cause: 'Glue header cut',
    code: 'TRUNCATED_FRAME',
    value: (_, { glue }) => frameGlue(glue, Buffer.alloc(0)).subarray(0, 10),
  },
  {
    cause: 'compression byte 7',
    code: 'UNKNOWN_COMPRESSION',
    value: (login, { glue }) => compressionByte(frameGlue(glue, payloadOf(login)), 7),
  },
  {
    cause: 'invalid zlib',
    code: 'CORRUPT_COMPRESSION',
    value: (login, { glue }) => compressionByte(frameGlue(glue, payloadOf(login)), 5),
  },
  {
    cause: '10 MB inflated',
    code: 'TOO_LARGE_INFLATED',
    value: (_, { glue }) => compressionByte(frameGlue(glue, bomb), 5),
  },
  {
    cause: 'unknown schema id',
    code: 'UNKNOWN_SCHEMA',
    value: (login) => frameConfluent(UNKNOWN_ID, payloadOf(login)),
  },
  { cause: 'unknown schema UUID', code: 'UNKNOWN_SCHEMA', value: (login) => frameGlue(UNKNOWN_UUID, payloadOf(login)) },
  {
    cause: "another topic's schema",
    code: 'INCOMPATIBLE_SCHEMA',
    value: (login, { glueProcessed }) => frameGlue(glueProcessed, payloadOf(login)),
  },
  framed('TRUNCATED_AVRO', 'truncated Avro', (payload) => payload.subarray(0, -1)),
  framed('TRAILING_BYTES', 'trailing bytes', (payload) => Buffer.concat([payload, Buffer.from('x')])),
  framed('NOT_AVRO', 'negative length', () => Buffer.from([2, 1])),
  framed('NOT_AVRO', 'union branch of 123', () => Buffer.from([246, 1])),
  // The payload begins with the union branch of user_id, its length, and its two bytes "U1".
  framed('SCHEMA', 'lone surrogate in Avro', (payload) =>
    Buffer.concat([Buffer.from([2, 6, 0xed, 0xa0, 0x80]), payload.subarray(4)]),
  ),
  withField('SCHEMA', 'lone surrogate in JSON', { user_id: 'U\ud800' }),
  withField('SCHEMA', 'U+0000 in device_id', { device_id: 'D\u0000' }),
  withField('SCHEMA', "user_id like a device's", { user_id: 'device:D1' }),
  withField('SCHEMA', 'user_id a number', { user_id: 7 }),
  withField('SCHEMA', 'ip of five numbers', { ip: '1.2.3.4.5' }),
  withField('SCHEMA', 'ip a host name', { ip: 'example.com' }),
  withField('SCHEMA', 'timestamp missing', { timestamp: undefined }),
  withField('SCHEMA', 'timestamp a string of digits', { timestamp: '1742331926' }),
  withField('SCHEMA', 'timestamp with a fraction', { timestamp: 1_742_331_926.5 }),
  {
    cause: '__proto__ keys',
    code: 'SCHEMA',
    value: (login) => Buffer.from(`{"__proto__":${JSON.stringify(whole(login))}}`),
  },
  withField('NO_IDENTITY', 'neither user nor device', { user_id: undefined, device_id: '' }),
  {
    cause: 'timestamp in the future',
    code: 'FUTURE_TIMESTAMP',
    value: (login, _, time) => json({ ...whole(login), timestamp: time + AHEAD_MS }),
  },
  {
    cause: '1 MB value',
    code: 'TOO_LARGE',
    value: (login) => json({ ...whole(login), timestamp: 'x'.repeat(LARGE_BYTES) }),
    large: true,
  },
];
