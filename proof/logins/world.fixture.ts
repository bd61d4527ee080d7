import { deflateSync } from 'node:zlib';
import avro from 'avsc';
import { badMark, createManifest, goodMark, type Mark } from '../load/manifest.ts';
import type { Item, LogRecord } from '../world.ts';
import type { LoginFacts, LoginsManifest } from './facts.ts';
import type { LoginRow } from './places.ts';
import { LOGINS, LOGINS_DLQ, LOGINS_PROCESSED } from './places.ts';

export const LOGIN_CAUSES = [
  { cause: 'null value', code: 'NULL_VALUE' },
  { cause: 'truncated Avro', code: 'TRUNCATED_AVRO' },
  { cause: 'neither user nor device', code: 'NO_IDENTITY' },
];

const SAID: Record<string, string> = {
  NULL_VALUE: 'the record has no value',
  TRUNCATED_AVRO: 'the payload ends early',
  NO_IDENTITY: 'user_id and device_id: neither',
};

export const LOGIN_FACTS: LoginFacts = {
  schemas: {
    glue: '0b1c2d3e-4f50-6172-8394-a5b6c7d8e9fa',
    glueProcessed: '1b1c2d3e-4f50-6172-8394-a5b6c7d8e9fa',
    confluent: 3,
  },
  storeFullIp: false,
  output: { format: 'json', schemaId: '' },
  retentionDays: 10,
};

/** The logins' part of a world. */
export interface LoginsPart {
  records: LogRecord[];
  rows: LoginRow[];
  users: Item[];
  devices: Item[];
  manifest: LoginsManifest;
}

const PARTITIONS = 3;
const optional = ['null', 'string'];
const type = avro.Type.forSchema({
  type: 'record',
  name: 'UserLogin',
  fields: [
    { name: 'user_id', type: optional },
    { name: 'app_version', type: 'string' },
    { name: 'ip', type: optional },
    { name: 'locale', type: 'string' },
    { name: 'device_id', type: optional },
    { name: 'timestamp', type: 'long' },
    { name: 'device_type', type: 'string' },
  ],
} as avro.Schema);

const glueHeader = (compression: number) =>
  Buffer.from(`03${compression.toString(16).padStart(2, '0')}${LOGIN_FACTS.schemas.glue.replaceAll('-', '')}`, 'hex');
const encoders: ((login: object) => Buffer)[] = [
  (login) => Buffer.from(JSON.stringify(login)),
  (login) => Buffer.concat([Buffer.from([0, 0, 0, 0, 3]), type.toBuffer(login)]),
  (login) => Buffer.concat([glueHeader(0), type.toBuffer(login)]),
  (login) => Buffer.concat([glueHeader(5), deflateSync(type.toBuffer(login))]),
];

/**
 * Right logins of four users, with each encoding in turn, made by hand as the pipeline must produce them. Every 10th is
 * bad; every 7th has no user, every 5th has no device.
 */
export function loginsPart(count: number, start: number, run: number): LoginsPart {
  const own = createManifest(7, run, LOGIN_CAUSES);
  const manifest: LoginsManifest = { ...own, encodings: ['json', 'confluent', 'glue', 'glueZlib'] };
  const part: LoginsPart = { records: [], rows: [], users: [], devices: [], manifest };
  const next = new Map<string, number>();
  const append = (topic: string, partition: number, timestamp: number, rest: Partial<LogRecord>): LogRecord => {
    const offset = next.get(`${topic}-${partition}`) ?? 0;
    next.set(`${topic}-${partition}`, offset + 1);
    const record = { topic, partition, offset, timestamp, key: null, value: null, headers: new Map(), ...rest };
    part.records.push(record);
    return record;
  };
  const generate = (i: number, value: Buffer | null, at: number, mark: Mark): LogRecord => {
    const record = append(LOGINS, i % PARTITIONS, at, {
      value,
      headers: new Map([header('generated', `logins-${run}/${i}`)]),
    });
    own.acknowledge(LOGINS, record.partition, record.offset, mark);
    return record;
  };
  const letter = (of: LogRecord, code: string) => {
    const { topic, partition, offset, timestamp, key, value } = of;
    const why = { topic, partition, offset, timestamp, function: 'processLogin', exception: code, message: SAID[code] };
    const headers = Object.entries(why).map(([name, text]) => header(`__lambda.errors.${name}`, String(text)));
    append(LOGINS_DLQ, partition, timestamp + 50, { key, value, headers: new Map([...of.headers, ...headers]) });
  };
  const users = new Map<string, Item>();
  const devices = new Map<string, Item>();

  for (let i = 0; i < count; i++) {
    const at = start + i * 100;
    const time = at - 15;
    const user_id = i % 7 === 6 ? null : `U${i % 4}`;
    const device_id = i % 5 === 4 && user_id !== null ? null : `D${i % 6}`;
    const sent = {
      user_id,
      app_version: '3.2.1',
      ip: `10.1.${i % 4}.77`,
      locale: 'en_US',
      device_id,
      timestamp: time,
      device_type: i % 2 === 0 ? 'iOS' : 'tv',
    };
    if (i % 10 === 9) {
      const cause = Math.floor(i / 10) % LOGIN_CAUSES.length;
      const spoiled = [
        null,
        (encoders[1] as (login: object) => Buffer)(sent).subarray(0, -1),
        Buffer.from(JSON.stringify({ timestamp: time })),
      ][cause] as Buffer | null;
      letter(generate(i, spoiled, at, badMark(cause)), LOGIN_CAUSES[cause]?.code as string);
      continue;
    }
    const raw = generate(i, (encoders[i % encoders.length] as (login: object) => Buffer)(sent), at, goodMark());
    const source = `${LOGINS}-${raw.partition}-${raw.offset}`;
    const timestamp = new Date(time).toISOString();
    const login = {
      ...sent,
      user_id: user_id ?? `device:${device_id}`,
      ip: `10.1.${i % 4}.0`,
      timestamp,
      device_type: i % 2 === 0 ? 'ios' : 'other',
    };
    append(LOGINS_PROCESSED, i % PARTITIONS, at + 30, {
      key: Buffer.from(login.user_id),
      value: Buffer.from(JSON.stringify(login)),
      headers: new Map([header('source', source)]),
    });
    const { timestamp: _, ...stored } = login;
    part.rows.push({ source, ...stored, event_time: new Date(time) });
    const place = `${String(raw.partition).padStart(10, '0')}-${String(raw.offset).padStart(20, '0')}`;
    const item: Item = {
      ...stored,
      source,
      version: `${String(time).padStart(15, '0')}-${place}`,
      eventTime: timestamp,
      expiresAt: Math.floor(time / 1000) + 864_000,
    };
    if (device_id === null) delete item['device_id'];
    users.set(login.user_id, item);
    if (device_id !== null) devices.set(device_id, { ...item });
  }
  part.users.push(...users.values());
  part.devices.push(...devices.values());
  return part;
}

const header = (name: string, value: string): [string, Buffer[]] => [name, [Buffer.from(value)]];
