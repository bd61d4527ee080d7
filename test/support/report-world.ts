import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { CreateTableCommand, type KeySchemaElement, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { Client } from '@opensearch-project/opensearch';
import pg from 'pg';
import { prepareSearch } from '#functions/sinks/opensearch/prepare.ts';
import { toLine } from '#functions/sinks/s3/line.ts';
import { within } from '#lib/deadline.ts';
import { item } from '#lib/stores/attributes.ts';
import { searchClient } from '#lib/stores/search.ts';
import { dynamodbOf, kafkaOf, s3Of } from '#local/deploy/servers.ts';
import type { Endpoints } from '#local/servers/catalogue.ts';
import type { References } from '#msk';
import { TOPIC_NAMES } from '#proof/domains.ts';
import type { WholeWorld } from '#proof/world.fixture.ts';
import type { LogRecord } from '#proof/world.ts';
import { createSchema } from './database.ts';
import { createTopics } from './topics.ts';

const compress = promisify(gzip);

const BUCKET = 'archive';
const TABLES = {
  vehicles: { name: 'vehicles', keys: ['vehicleId'] },
  alerts: { name: 'alerts', keys: ['vehicleId', 'alert'] },
  trips: { name: 'trips', keys: ['vehicleId'] },
  records: { name: 'records', keys: ['topicPartition', 'offset'] },
  orders: { name: 'orders', keys: ['order_id', 'source'] },
  users: { name: 'users', keys: ['user_id'] },
  devices: { name: 'devices', keys: ['device_id'] },
} as const;

/** The names of the resources of {@link writeWorld}. */
export const REFERENCES: References = {
  ArchiveBucket: { Ref: BUCKET },
  VehiclesTable: { Ref: TABLES.vehicles.name },
  AlertsTable: { Ref: TABLES.alerts.name },
  TripsTable: { Ref: TABLES.trips.name },
  RecordsTable: { Ref: TABLES.records.name },
  OrdersTable: { Ref: TABLES.orders.name },
  UsersTable: { Ref: TABLES.users.name },
  DevicesTable: { Ref: TABLES.devices.name },
};

/** Writes a world to empty servers, in the formats of the sinks: topics, objects, rows, items, documents, metrics. */
export async function writeWorld(
  endpoints: Endpoints,
  { topics, s3, rds, dynamodb, opensearch, file }: WholeWorld,
  metricsFile: string,
): Promise<void> {
  await writeTopics(endpoints.kafka, topics);
  await writeObjects(endpoints, s3);
  await writeItems(endpoints, dynamodb);
  await writeRows(endpoints.postgres, rds);
  await writeDocuments(endpoints.opensearch, opensearch);
  await writeFile(metricsFile, file.map((line) => `${line}\n`).join(''));
}

async function writeTopics(brokers: string, topics: WholeWorld['topics']): Promise<void> {
  // The timestamps of the world's records are fixed, so without this Kafka would delete them some day.
  const configEntries = [{ name: 'retention.ms', value: '-1' }];
  await createTopics(
    brokers,
    TOPIC_NAMES.map((topic) => ({ topic, numPartitions: topics[topic].partitions.length, configEntries })),
  );
  const producer = kafkaOf({ kafka: brokers }, 'test').producer({ idempotent: true });
  await producer.connect();
  for (const topic of TOPIC_NAMES) {
    const messages = topics[topic].records.map(({ partition, timestamp, key, value, headers }) => ({
      partition,
      key,
      value,
      timestamp: String(timestamp),
      headers: Object.fromEntries([...headers].map(([name, values]) => [name, [...values]])),
    }));
    // One partition per request: if one new partition has no leader yet, kafkajs sends all of the request again.
    for (const own of Map.groupBy(messages, ({ partition }) => partition).values()) {
      await producer.send({ topic, acks: -1, messages: own });
    }
  }
  await producer.disconnect();
}

async function writeObjects(endpoints: Endpoints, objects: WholeWorld['s3']): Promise<void> {
  const client = s3Of(endpoints);
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  for (const { key, records } of objects) {
    const Body = await compress(
      records.map((record) => `${toLine({ ...record, headers: listOf(record) })}\n`).join(''),
    );
    await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body }));
  }
  client.destroy();
}

async function writeItems(endpoints: Endpoints, items: WholeWorld['dynamodb']): Promise<void> {
  const client = dynamodbOf(endpoints);
  for (const [kind, { name, keys }] of Object.entries(TABLES)) {
    await client.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: keys.map((key) => ({
          AttributeName: key,
          AttributeType: key === 'offset' ? 'N' : 'S',
        })),
        KeySchema: keys.map(
          (key, i): KeySchemaElement => ({ AttributeName: key, KeyType: i === 0 ? 'HASH' : 'RANGE' }),
        ),
      }),
    );
    for (const own of items[kind as keyof typeof TABLES]) {
      await client.send(new PutItemCommand({ TableName: name, Item: item(own) }));
    }
  }
  client.destroy();
}

async function writeRows(url: string, rds: WholeWorld['rds']): Promise<void> {
  await createSchema(url);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const [table, rows] of Object.entries(rds)) {
      for (const { committed: _, ...row } of rows as Record<string, unknown>[]) {
        const columns = Object.keys(row);
        const places = columns.map((_name, i) => `$${i + 1}`);
        const names = columns.map((name) => `"${name}"`);
        await client.query(`INSERT INTO ${table} (${names.join()}) VALUES (${places.join()})`, Object.values(row));
      }
    }
  } finally {
    await client.end();
  }
}

async function writeDocuments(node: string, documents: WholeWorld['opensearch']): Promise<void> {
  const preparing = searchClient({ node, auth: 'none', region: 'us-east-1' });
  await prepareSearch({ client: preparing, auth: 'none' }, within(30_000));
  preparing.close();
  const client = new Client({ node });
  const body = documents.flatMap(({ index, id, source }) => [{ create: { _index: index, _id: id } }, source]);
  const { body: answer } = await client.bulk({ body });
  if (answer.errors) throw new Error(JSON.stringify(answer.items.find(({ create }) => create?.error)));
  await client.close();
}

const listOf = ({ headers }: LogRecord) =>
  [...headers].flatMap(([name, values]) => values.map((value) => ({ name, value })));
