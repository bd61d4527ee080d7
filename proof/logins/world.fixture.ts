import { deflateSync } from 'node:zlib';
import avro from 'avsc';
import { badMark, createManifest, goodMark, type Mark } from '../load/manifest.ts';
import { createLog, headersOf, json, PARTITIONS, type Part, versionText } from '../log.fixture.ts';
import type { Item, LogRecord } from '../world.ts';
import { ENCODINGS, type LoginFacts } from './facts.ts';
import { LOGINS, LOGINS_DLQ, LOGINS_PROCESSED, type LoginRow } from './places.ts';

const LOGIN_CAUSES = [
  { cause: 'null value', code: 'NULL_VALUE', message: 'the record has no value' },
  { cause: 'truncated Avro', code: 'TRUNCATED_AVRO', message: 'the payload ends early' },
  { cause: 'neither user nor device', code: 'NO_IDENTITY', message: 'user_id and device_id: neither' },
];

const LOGIN_FACTS: LoginFacts = {
  schemas: {
    glue: '0b1c2d3e-4f50-6172-8394-a5b6c7d8e9fa',
    glueProcessed: '1b1c2d3e-4f50-6172-8394-a5b6c7d8e9fa',
    confluent: 3,
  },
  storeFullIp: false,
  output: { format: 'json', schemaId: '' },
  retentionDays: 10,
};

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
export function loginsPart(count: number, start: number, run: number): Part<'logins'> {
  const log = createLog();
  const own = createManifest(7, run, LOGIN_CAUSES);
  const rows: LoginRow[] = [];
  const generate = (i: number, value: Buffer | null, at: number, mark: Mark): LogRecord => {
    const headers = headersOf({ generated: `logins-${run}/${i}` });
    const record = log.append(LOGINS, i % PARTITIONS, at, { value, headers });
    own.acknowledge(LOGINS, record.partition, record.offset, mark);
    return record;
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
      const { code, message } = LOGIN_CAUSES[cause] as (typeof LOGIN_CAUSES)[number];
      log.letter(LOGINS_DLQ, generate(i, spoiled, at, badMark(cause)), 'processLogin', code, message);
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
    log.append(LOGINS_PROCESSED, i % PARTITIONS, at + 30, {
      key: Buffer.from(login.user_id),
      value: json(login),
      headers: headersOf({ source }),
    });
    const { timestamp: _, ...stored } = login;
    rows.push({ source, ...stored, event_time: new Date(time) });
    const item: Item = {
      ...stored,
      source,
      version: versionText(time, raw),
      eventTime: timestamp,
      expiresAt: Math.floor(time / 1000) + 864_000,
    };
    if (device_id === null) delete item['device_id'];
    users.set(login.user_id, item);
    if (device_id !== null) devices.set(device_id, { ...item });
  }
  return {
    records: log.records,
    rds: { logins: rows },
    dynamodb: { users: [...users.values()], devices: [...devices.values()] },
    generator: { manifest: { ...own, encodings: ENCODINGS }, causes: LOGIN_CAUSES.map(({ cause }) => cause) },
    facts: { logins: LOGIN_FACTS },
  };
}
