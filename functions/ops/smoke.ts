import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';
import { kafkaAuth, positive, readConfiguration, text } from '../../lib/configuration.ts';
import { type Deadline, invocationDeadline, retry } from '../../lib/deadline.ts';
import { TransientError } from '../../lib/errors.ts';
import { bootstrapBrokers } from '../../lib/kafka/bootstrap.ts';
import { createProducer } from '../../lib/kafka/producer.ts';
import { KafkaRecord } from '../../lib/kafka/records.ts';
import { dataApiClient, openDatabase } from '../../lib/stores/data-api.ts';
import { archiveIn, type Coordinates, deleteRows, itemsIn, rowsOf } from './smoke/places.ts';

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
/** Enough that some partition has two of them. */
const RECORDS = 4;
/** ms kept for removing what was found */
const REMOVAL_MS = 15_000;
const PAUSE_MS = 500;

const topic = config.SMOKE_TOPIC;
const producer = createProducer({
  auth: config.KAFKA_AUTH,
  clientId: 'smoke',
  limits: { [topic]: config.PRODUCED_MAX_BYTES },
});
const client = dataApiClient();
const items = itemsIn(config.RECORDS_TABLE, topic);
const archive = archiveIn(config.ARCHIVE_BUCKET, topic);

export interface SmokeResult {
  /** what the records' keys begin with */
  marker: string;
  records: number;
  /** ms after they were produced */
  foundAfterMs: { rds: number; dynamodb: number; s3: number };
}

/**
 * Sends marked records through the deployed pipeline, finds each in PostgreSQL, DynamoDB and the archive, and removes it
 * from the first two. The archive keeps them: it is the topic's log, and what is missing from it would be a loss.
 * @throws Error naming the store that hadn't a record in time, or that the record couldn't be produced
 */
export async function handler(_event: unknown, context: Context): Promise<SmokeResult> {
  const whole = invocationDeadline(context);
  const deadline = { remaining: () => whole.remaining() - REMOVAL_MS };
  const database = openDatabase(
    client,
    {
      resourceArn: config.DATABASE_ARN,
      secretArn: config.DATABASE_SECRET_ARN,
      database: config.DATABASE_NAME,
    },
    whole,
  );
  const marker = `smoke-${randomUUID()}`;
  await produce(marker, deadline);
  const started = performance.now();
  let records: Coordinates[] = [];
  try {
    await until('PostgreSQL', deadline, async () => {
      records = await rowsOf(database, topic, marker);
      return records.length === RECORDS;
    });
    const rds = since(started);
    await until('DynamoDB', deadline, () => all(records, (record) => items.has(record, deadline)));
    const dynamodb = since(started);
    await until('the archive', deadline, () => all(records, (record) => archive.has(record, marker, deadline)));
    return { marker, records: RECORDS, foundAfterMs: { rds, dynamodb, s3: since(started) } };
  } finally {
    await deleteRows(database, topic, marker);
    for (const record of records) await items.remove(record, whole);
  }
}

async function produce(marker: string, deadline: Deadline): Promise<void> {
  const from = new KafkaRecord({
    topic,
    partition: -1,
    offset: -1,
    timestamp: 0,
    timestampType: 'CREATE_TIME',
    value: null,
  });
  const messages = Array.from({ length: RECORDS }, (_, number) => ({
    topic,
    key: Buffer.from(`${marker}-${number}`),
    value: Buffer.from(JSON.stringify({ smoke: marker, number })),
    headers: [],
    from,
  }));
  const [refusal] = await producer.send(await bootstrapBrokers(), messages, deadline);
  if (refusal) throw refusal.error;
}

/** Asks again until it is so. @throws TransientError naming the store, where time runs out first */
async function until(store: string, deadline: Deadline, isSo: () => Promise<boolean>): Promise<void> {
  await retry(
    async () => {
      if (!(await isSo()))
        throw new TransientError('NOT_FOUND', `${store} has not all of the ${RECORDS} marked records`);
    },
    { deadline, pauseMs: PAUSE_MS },
  );
}

async function all(records: readonly Coordinates[], has: (record: Coordinates) => Promise<boolean>): Promise<boolean> {
  return (await Promise.all(records.map(has))).every(Boolean);
}

function since(start: number): number {
  return Math.round(performance.now() - start);
}
