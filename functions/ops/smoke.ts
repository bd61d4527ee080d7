import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';
import { kafkaAuth, positive, readConfiguration, text } from '#lib/configuration.ts';
import { type Deadline, invocationDeadline } from '#lib/deadline.ts';
import { bootstrapBrokers } from '#lib/kafka/client/bootstrap.ts';
import { createProducer } from '#lib/kafka/client/producer.ts';
import { dataApiClient, openDatabase } from '#lib/stores/data-api.ts';
import { archiveIn } from './smoke/archived.ts';
import { checkPlaces } from './smoke/check.ts';
import { itemsIn } from './smoke/items.ts';
import { grown, nextOffsets } from './smoke/offsets.ts';
import type { Marked } from './smoke/place.ts';
import { rowsIn } from './smoke/rows.ts';

const config = readConfiguration({
  KAFKA_AUTH: kafkaAuth,
  SMOKE_TOPIC: text,
  PRODUCED_MAX_BYTES: positive,
  DATABASE_ARN: text,
  DATABASE_SECRET_ARN: text,
  DATABASE_NAME: text,
  RECORDS_TABLE: text,
  ARCHIVE_BUCKET: text,
});
/** Enough for one partition to get two of them. */
const RECORDS = 4;
/** ms that are reserved for the removal */
const REMOVAL_MS = 15_000;

const topic = config.SMOKE_TOPIC;
const producer = createProducer({
  auth: config.KAFKA_AUTH,
  clientId: 'smoke',
  limits: { [topic]: config.PRODUCED_MAX_BYTES },
});
const reference = {
  resourceArn: config.DATABASE_ARN,
  secretArn: config.DATABASE_SECRET_ARN,
  database: config.DATABASE_NAME,
};
const client = dataApiClient();
const places = {
  rds: rowsIn((deadline) => openDatabase(client, reference, deadline)),
  dynamodb: itemsIn(config.RECORDS_TABLE),
  s3: archiveIn(config.ARCHIVE_BUCKET),
};

export interface SmokeResult {
  /** prefix of the records' keys */
  marker: string;
  records: number;
  /** ms after they were produced */
  foundAfterMs: Record<keyof typeof places, number>;
}

/**
 * Sends marked records through the deployed pipeline, finds each one in PostgreSQL, DynamoDB and the archive, and
 * removes it from the first two. The archive keeps them: it is the topic's log, and a missing record would be a loss.
 * @throws Error naming each store that did not have all records in time; also where the records can't be produced
 */
export async function handler(_event: unknown, context: Context): Promise<SmokeResult> {
  const removed = invocationDeadline(context);
  const found = { remaining: () => removed.remaining() - REMOVAL_MS };
  const marked = await produce(`smoke-${randomUUID()}`, found);
  const foundAfterMs = await checkPlaces(places, marked, { found, removed });
  return { marker: marked.marker, records: RECORDS, foundAfterMs };
}

async function produce(marker: string, deadline: Deadline): Promise<Marked> {
  const messages = Array.from({ length: RECORDS }, (_, number) => ({
    topic,
    key: Buffer.from(`${marker}-${number}`),
    value: Buffer.from(JSON.stringify({ smoke: marker, number })),
    headers: [],
  }));
  const bootstrapServers = await bootstrapBrokers();
  const at = { auth: config.KAFKA_AUTH, bootstrapServers, topic };
  const before = await nextOffsets(at, deadline);
  const since = Date.now();
  const [refusal] = await producer.send(bootstrapServers, messages, deadline);
  if (refusal) throw refusal.error;
  const until = Date.now();
  const ranges = grown(before, await nextOffsets(at, deadline));
  return { topic, marker, count: RECORDS, ranges, since, until };
}
