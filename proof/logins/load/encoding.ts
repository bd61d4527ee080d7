import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import avro from 'avsc';
import type { Random } from '../../load/random.ts';
import type { Login } from './login.ts';

/** The ways in which logins are written. */
export const ENCODINGS = ['json', 'confluent', 'glue', 'glueZlib'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** What the registries call the schemas that records are framed with. */
export interface SchemaIds {
  /** of user-login-value in Glue: a version's UUID */
  glue: string;
  /** of user-login-processed-value in Glue, which no login is written with */
  glueProcessed: string;
  /** of user-login-value in the Confluent-compatible registry; undefined: there is none, and nothing is framed so */
  confluent: number | undefined;
}

/** What stands for a field that the app doesn't know: producers of JSON do all three. */
const MISSING_IN_JSON = [undefined, null, ''] as const;

const SCHEMA = join(import.meta.dirname, '../../../resources/avro/user_login.avsc');
const type = avro.Type.forSchema(JSON.parse(readFileSync(SCHEMA, 'utf8')));

/** The Avro payload of a login: what is missing is the schema's default, as a generated class has it. */
export function payloadOf(login: Login): Buffer {
  const { user_id = null, app_version = 'unknown', ip = null, locale = 'und', device_id = null } = login;
  const { timestamp, device_type = 'other' } = login;
  return type.toBuffer({ user_id, app_version, ip, locale, device_id, timestamp, device_type });
}

/** Confluent's framing: a zero, the id in 4 bytes. */
export function frameConfluent(id: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(5);
  header.writeInt32BE(id, 1);
  return Buffer.concat([header, payload]);
}

/** Glue's framing: a three, 0 for none or 5 for zlib, the version's UUID. */
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

/** The ways that those registries allow. */
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
