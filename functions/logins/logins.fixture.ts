import { readFileSync } from 'node:fs';
import type { MskEvent, MskEventRecord } from '#lib/kafka/event.ts';
import type { Message } from '#lib/kafka/message.ts';
import { partitionsOf } from '#lib/kafka/records.ts';
import { avroRecord, avroType } from '#lib/schema-registry/avro.ts';
import { schemaDecoders } from '#lib/schema-registry/decoders.ts';
import { unavailable, wrong } from '#lib/schema-registry/errors.ts';
import { frameConfluent, frameGlue } from '#lib/schema-registry/framing.ts';
import { batchOfRecords, mskEvent, type TestRecord } from '#test/support/msk-event.ts';
import { loginReader } from './login.ts';
import { logins } from './logins.ts';
import { type OutputFormat, outputWriter } from './output.ts';

const LOGIN_SCHEMA = readFileSync('resources/avro/user_login.avsc', 'utf8');
export const loginType = avroRecord(LOGIN_SCHEMA);
export const processedType = avroType(readFileSync('resources/avro/user_login_processed.avsc', 'utf8'));

/** The id of our schema in each registry. For AWAY the registry is unavailable. It has no other ids. */
export const VERSION = '0b1c2d3e-4f50-6172-8394-a5b6c7d8e9fa';
export const ID = 7;
export const AWAY = 500;
/** The schema ids in the samples in events/: those of a local stack. */
const SAMPLES = ['1', '87052165-0e3f-4f24-a40d-1359b8bcaac5'];

/** @param others schemas of other writers, by id */
const registryOf = (others: Readonly<Record<string, string>>) => ({
  schema: async (id: string) => {
    const other = others[id];
    if (other !== undefined) return other;
    if (id === String(ID) || id === VERSION || SAMPLES.includes(id)) return LOGIN_SCHEMA;
    if (id === String(AWAY)) throw unavailable('does not answer');
    throw wrong.unknown(id, 'the registry has none of this id');
  },
});

/** The example login of the requirements, and its processed form. */
export const LOGIN = {
  user_id: '123',
  app_version: '1.0.0',
  ip: '162.255.195.202',
  locale: 'NE',
  device_id: '0bcbfec0-02c4-496c-99ac-35d0cc750f6b',
  timestamp: 1742331926,
  device_type: 'android',
};
export const PROCESSED = { ...LOGIN, ip: '162.255.195.0', timestamp: '2025-03-18T21:05:26.000Z' };

export const payload = (login: object = LOGIN): Buffer => loginType.toBuffer(login);
export const confluent = (bytes: Buffer = payload(), id = ID): Buffer => frameConfluent(id, bytes);
export const glue = (bytes: Buffer = payload(), compress = false): Buffer => frameGlue(VERSION, bytes, compress);

export interface Settings {
  storeFullIp?: boolean;
  format?: OutputFormat;
  schemaId?: string | undefined;
  /** other writers' schemas, by id */
  schemas?: Readonly<Record<string, string>>;
}

/**
 * Processes a batch of user-login like processLogin, without Kafka and without registries.
 * @param lambda what a mapping with a schema registry adds to each record
 */
export async function run(records: TestRecord[], settings: Settings = {}, lambda: Partial<MskEventRecord> = {}) {
  const event = mskEvent(records, { topic: 'user-login' });
  for (const record of Object.values(event.records).flat()) Object.assign(record, lambda);
  return runEvent(event, settings);
}

/** The same with an event as Lambda makes it. */
export async function runEvent(event: MskEvent, settings: Settings = {}) {
  const { format = 'json', schemaId, storeFullIp = false, schemas = {} } = settings;
  const registry = registryOf(schemas);
  const sent: Message[] = [];
  const work = logins({
    producer: {
      send: async (_, messages) => {
        sent.push(...messages);
        return [];
      },
      close: async () => undefined,
    },
    decoders: schemaDecoders({ reader: loginType, registries: { confluent: registry, glue: registry } }),
    read: loginReader(loginType),
    write: outputWriter({ format, schemaId, schema: processedType }),
    topic: 'user-login-processed',
    storeFullIp,
  });
  const failures = await work({ ...batchOfRecords([], {}, 300), partitions: partitionsOf(event) });
  return {
    sent,
    values: format === 'json' ? sent.map(({ value }) => JSON.parse(String(value))) : [],
    codes: failures.map(({ record, error }) => [record.offset, error.code] as const),
    messages: failures.map(({ error }) => error.message),
  };
}
