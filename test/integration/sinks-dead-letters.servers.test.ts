import { readFile } from 'node:fs/promises';
import type { MskEvent } from '#lib/kafka/event.ts';
import { DUMMY_CREDENTIALS, LOCAL_REGION } from '#local/deploy/servers.ts';
import { startBroker, type TestBroker } from '../support/broker.ts';
import { lambdaContext } from '../support/msk-event.ts';
import { startTables, type TestTables } from '../support/servers.ts';

let tables: TestTables;
let broker: TestBroker;
let handler: Handler;
beforeAll(async () => {
  [tables, broker] = await Promise.all([startTables(), startBroker(['raw-data-dlq', 'demo-dlq'])]);
  handler = await loadHandler();
});
afterAll(() => Promise.all([tables?.stop(), broker?.stop()]));

type Handler = (event: MskEvent, context: ReturnType<typeof lambdaContext>) => Promise<unknown>;

/** Loads the function as Lambda does: it takes its settings from the environment. */
async function loadHandler(): Promise<Handler> {
  Object.assign(process.env, {
    AWS_REGION: LOCAL_REGION,
    AWS_ACCESS_KEY_ID: DUMMY_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: DUMMY_CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: tables.server.endpoint,
    KAFKA_AUTH: 'none',
    HANDING_BACK: 'report',
    DEAD_LETTER_MAX_BYTES: '1044480',
    VEHICLES_TABLE: await tables.create('vehicles', 'vehicleId:S'),
    ALERTS_TABLE: 'alerts',
    TRIPS_TABLE: 'trips',
    RECORDS_TABLE: await tables.create('records', 'topicPartition:S', 'offset:N'),
    ORDERS_TABLE: 'orders',
    USERS_TABLE: 'users',
    DEVICES_TABLE: 'devices',
    TOMBSTONE_DAYS: '30',
    LOGIN_DAYS: '365',
    GLUE_REGISTRY: 'none',
    SCHEMA_REGISTRY_URL: '',
  });
  return (await import('#functions/sinks/upsertIntoDynamodb.ts')).handler as unknown as Handler;
}

test('bad records go unchanged to the dead-letter topic of their topic, the others to the store', async () => {
  const event = JSON.parse(await readFile('events/upsertIntoDynamodb/bad.json', 'utf8')) as MskEvent;
  const [first, second] = event.records['processed-data-topic-9'] ?? [];

  const response = await handler({ ...event, bootstrapServers: broker.endpoint }, lambdaContext());

  expect(response).toEqual({ batchItemFailures: [] });
  expect((await tables.items('vehicles')).map(({ source }) => source?.S)).toEqual(['raw-data-topic-9-17']);
  const letters = (await broker.readAll('raw-data-dlq')).map(({ value, headers }) => ({
    value: value?.toString('base64'),
    code: headers?.['__lambda.errors.exception']?.toString(),
    by: headers?.['__lambda.errors.function']?.toString(),
    offset: headers?.['__lambda.errors.offset']?.toString(),
  }));
  expect(letters.toSorted((a, b) => Number(a.offset) - Number(b.offset))).toEqual([
    { value: first?.value, code: 'NOT_JSON', by: 'upsertIntoDynamodb', offset: '60' },
    { value: second?.value, code: 'SCHEMA', by: 'upsertIntoDynamodb', offset: '61' },
  ]);
});

test('a generic record that is too large for an item goes to demo-dlq, byte for byte', async () => {
  const sample = JSON.parse(await readFile('events/upsertIntoDynamodb/demo.json', 'utf8')) as MskEvent;
  const [record] = sample.records['demo_topic-9'] ?? [];
  const value = Buffer.alloc(1_000_000, 'x').toString('base64');

  await handler(
    { ...sample, bootstrapServers: broker.endpoint, records: { 'demo_topic-9': [{ ...record, value } as never] } },
    lambdaContext(),
  );

  const [letter] = await broker.readAll('demo-dlq');
  expect(letter?.value?.toString('base64') === value).toBe(true);
  expect(letter?.headers?.['__lambda.errors.exception']?.toString()).toBe('TOO_LARGE');
});
