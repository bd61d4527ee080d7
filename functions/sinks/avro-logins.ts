import * as z from 'zod';
import { text } from '#lib/configuration.ts';
import { type Batch, type Failure, recordsOf } from '#lib/kafka/batch.ts';
import { eachRecord } from '#lib/kafka/outcome.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import { avroType } from '#lib/schema-registry/avro.ts';
import { confluentRegistry } from '#lib/schema-registry/confluent.ts';
import { type Decoders, schemaDecoders } from '#lib/schema-registry/decoders.ts';
import { readFrame } from '#lib/schema-registry/framing.ts';
import { glueRegistry } from '#lib/schema-registry/glue.ts';
import { LOGIN_LIMIT_BYTES } from '../logins/encoding.ts';
import type { Sink } from './sink.ts';

const TOPIC = 'user-login-processed';

/** The schema registries that may have the schemas of processed logins. */
export const loginVariables = { GLUE_REGISTRY: text, SCHEMA_REGISTRY_URL: z.string() } satisfies z.ZodRawShape;

/**
 * Makes a sink that reads processed logins in JSON also read them in framed Avro. The stage decides in which format
 * processLogin writes, and may change it while the topic holds records of both formats.
 * @param schema resources/avro/user_login_processed.avsc, as JSON text
 */
export function readingAvroLogins(
  sink: Sink,
  schema: string,
  { GLUE_REGISTRY, SCHEMA_REGISTRY_URL }: { GLUE_REGISTRY: string; SCHEMA_REGISTRY_URL: string },
): Sink {
  const registries = {
    glue: glueRegistry(GLUE_REGISTRY),
    ...(SCHEMA_REGISTRY_URL && { confluent: confluentRegistry(SCHEMA_REGISTRY_URL) }),
  };
  return decoding(sink, schemaDecoders({ reader: avroType(schema), registries }));
}

/**
 * Gives the sink each framed login as JSON instead of Avro. A login that can't be decoded is a failure, and the sink
 * doesn't get it.
 */
export function decoding(sink: Sink, decoders: Decoders): Sink {
  return {
    async write(batch) {
      const logins = recordsOf(batch).filter((record) => record.topic === TOPIC && isFramed(record));
      if (logins.length === 0) return sink.write(batch);
      const { originals, failures } = await decoded(logins, decoders, batch);
      const inJson = new Map([...originals].map(([json, original]) => [original, json]));
      const failed = new Set(failures.map(({ record }) => record));
      const partitions = batch.partitions.map((partition) => ({
        ...partition,
        records: partition.records.flatMap((record) => (failed.has(record) ? [] : (inJson.get(record) ?? record))),
      }));
      const refused = await sink.write({ ...batch, partitions });
      // A dead letter has the original record.
      return [...failures, ...refused.map(({ record, error }) => ({ record: originals.get(record) ?? record, error }))];
    },
  };
}

/** Framed Avro begins with one of these bytes. JSON text never does. */
function isFramed({ value }: KafkaRecord): boolean {
  return value?.[0] === 0 || value?.[0] === 3;
}

async function decoded(
  logins: readonly KafkaRecord[],
  decoders: Decoders,
  { deadline }: Batch,
): Promise<{ originals: Map<KafkaRecord, KafkaRecord>; failures: Failure[] }> {
  const framed = eachRecord(logins, ({ value }) => value && readFrame(value));
  const frames = framed.done.flatMap(({ record, result }) => (result ? [{ record, frame: result }] : []));
  const decoderOf = await decoders.of(
    frames.map(({ frame }) => frame),
    deadline,
  );
  const byRecord = new Map(frames.map(({ record, frame }) => [record, frame]));
  const { done, failures } = eachRecord([...byRecord.keys()], (record) => {
    const frame = byRecord.get(record) as (typeof frames)[number]['frame'];
    const login = decoderOf(frame)(frame.payload(LOGIN_LIMIT_BYTES));
    return record.withValue(Buffer.from(JSON.stringify(login)));
  });
  return {
    originals: new Map(done.map(({ record, result }) => [result, record])),
    failures: [...framed.failures, ...failures],
  };
}
