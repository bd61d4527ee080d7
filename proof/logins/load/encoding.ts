import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import avro from 'avsc';
import type { Random } from '../../load/random.ts';
import { ENCODINGS, type Encoding, type SchemaIds } from '../facts.ts';
import type { Login } from './login.ts';

/** How producers of JSON write a field that the app doesn't know: all three occur. */
const MISSING_IN_JSON = [undefined, null, ''] as const;

const SCHEMA = fileURLToPath(import.meta.resolve('#resources/avro/user_login.avsc'));
const type = avro.Type.forSchema(JSON.parse(readFileSync(SCHEMA, 'utf8')));

/** The Avro payload of a login. A missing field has the schema's default, as in a generated class. */
export function payloadOf(login: Login): Buffer {
  const { user_id = null, app_version = 'unknown', ip = null, locale = 'und', device_id = null } = login;
  const { timestamp, device_type = 'other' } = login;
  return type.toBuffer({ user_id, app_version, ip, locale, device_id, timestamp, device_type });
}

/** Confluent's framing: a byte 0, then the id in 4 bytes. */
export function frameConfluent(id: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(5);
  header.writeInt32BE(id, 1);
  return Buffer.concat([header, payload]);
}

/** Glue's framing: a byte 3, a byte for the compression (0 none, 5 zlib), then the version's UUID. */
export function frameGlue(uuid: string, payload: Buffer, zlib = false): Buffer {
  const header = Buffer.from([3, zlib ? 5 : 0]);
  const id = Buffer.from(uuid.replaceAll('-', ''), 'hex');
  return Buffer.concat([header, id, zlib ? deflateSync(payload) : payload]);
}

type Encode = (login: Login, ids: SchemaIds, random: Random) => Buffer;

const encoders: Readonly<Record<Encoding, Encode>> = {
  json: (login, _, random) => Buffer.from(jsonOf(login, random)),
  confluent: (login, { confluent = 0 }) => frameConfluent(confluent, payloadOf(login)),
  glue: (login, { glue }) => frameGlue(glue, payloadOf(login)),
  glueZlib: (login, { glue }) => frameGlue(glue, payloadOf(login), true),
};

/** The encodings that these registries allow. */
export function encodingsFor({ confluent }: SchemaIds): Encoding[] {
  return ENCODINGS.filter((encoding) => encoding !== 'confluent' || confluent !== undefined);
}

export function encode(encoding: Encoding, login: Login, ids: SchemaIds, random: Random): Buffer {
  return encoders[encoding](login, ids, random);
}

function jsonOf(login: Login, random: Random): string {
  const missing = MISSING_IN_JSON[random.below(MISSING_IN_JSON.length)];
  return JSON.stringify(login, (_, value: unknown) => (value === undefined ? missing : value));
}
