import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CooldownOptions, cooldown } from '#functions/notifications/cooldown.ts';
import { type Notification, notify, type Publish } from '#functions/notifications/notify.ts';
import { type Deadline, within } from '#lib/deadline.ts';
import { TransientError } from '#lib/errors.ts';
import type { MskEvent } from '#lib/kafka/event.ts';
import { conditionalWrites } from '#lib/stores/conditional-writes.ts';
import { DUMMY_CREDENTIALS, LOCAL_REGION } from '#local/deploy/servers.ts';
import { overWhen } from '../support/deadlines.ts';
import { eventually } from '../support/eventually.ts';
import { batchOfRecords, lambdaContext, mskEvent, type TestRecord } from '../support/msk-event.ts';
import { startTables, type TestTables } from '../support/servers.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ago = (ms: number) => new Date(Date.now() - ms).toISOString();

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
  await tables.create('notifications', 'subject:S');
  // A client's first call is slow: make it before the tests.
  expect(await environment().run(many('warm', 0, 1))).toEqual([]);
});
afterAll(() => tables?.stop());

const speeding = (vehicleId: string, offset: number, alert = 'Speeding', timestamp = ago(0)): TestRecord => ({
  topic: 'alerts-topic',
  offset,
  headers: { source: `raw-data-topic-0-${offset}/${alert}`, location: '12.97,77.59', threshold: '80' },
  value: { vehicleId, alert, speed: 90, timestamp },
});
const many = (vehicleId: string, from: number, count: number) =>
  Array.from({ length: count }, (_, n) => speeding(vehicleId, from + n));

/** An execution environment with its own memory. `publish` replaces SNS. */
function environment(more: Partial<CooldownOptions> & { publish?: Publish } = {}) {
  const messages: Notification[] = [];
  let tooOld = 0;
  const record: Publish = async (notification) => void messages.push(notification);
  const options = { write: conditionalWrites(tables.client), table: 'notifications', cooldownMs: 10 * MINUTE, ...more };
  const run = notify({
    cooldown: cooldown(options),
    publish: more.publish ?? record,
    maxAgeMs: HOUR,
    tooOld: (count) => {
      tooOld += count;
    },
  });
  return {
    messages,
    tooOld: () => tooOld,
    run: (records: TestRecord[], deadline?: Deadline) => run(batchOfRecords(records, {}, deadline)),
  };
}

test('1,000 speeding readings make one message, even if ten instances process them', async () => {
  const instances = Array.from({ length: 10 }, () => environment());

  const failures = await Promise.all(instances.map(({ run }, n) => run(many('thousand', n * 100, 100))));

  expect(failures.flat()).toEqual([]);
  const messages = instances.flatMap((instance) => instance.messages);
  expect(messages).toHaveLength(1);
  expect(messages[0]?.Subject).toBe('Speeding: thousand');
  expect(messages[0]?.MessageAttributes).toEqual({ alert: { DataType: 'String', StringValue: 'Speeding' } });
  expect(JSON.parse(messages[0]?.Message ?? '')).toMatchObject({
    vehicleId: 'thousand',
    location: { lat: 12.97, lon: 77.59 },
    threshold: 80,
  });
});

test('another vehicle, another kind, or an alert after the cooldown makes its own message', async () => {
  let time = Date.now();
  const { run, messages } = environment({ now: () => time });

  await run([speeding('own', 1), speeding('own-2', 2), speeding('own', 3, 'LowFuel'), speeding('own', 4)]);
  expect(messages).toHaveLength(3);
  time += 10 * MINUTE - 1;
  await run([speeding('own', 5)]);
  expect(messages).toHaveLength(3);
  time += 2;
  await run([speeding('own', 6)]);

  expect(messages.map(({ Subject }) => String(Subject)).toSorted()).toEqual([
    'LowFuel: own',
    'Speeding: own',
    'Speeding: own',
    'Speeding: own-2',
  ]);
});

test('a message that SNS did not accept is sent when the batch is delivered again, not before', async () => {
  let refusals = 0;
  const refusing = environment({
    publish: () => {
      refusals += 1;
      return Promise.reject(new TransientError('SNS', 'throttled'));
    },
  });
  const batch = many('retry', 0, 50);

  const failures = await refusing.run(
    batch,
    overWhen(() => refusals === 3),
  );

  expect(failures.map(({ error }) => [error.code, error.retriable])).toEqual(batch.map(() => ['SNS', true]));
  const other = environment();
  const younger = many('retry', 50, 50);
  expect((await other.run(younger, within(2_000))).map(({ error }) => error.retriable)).toEqual(
    younger.map(() => true),
  );
  expect(other.messages).toEqual([]);
  await other.run(batch);
  await other.run(batch);
  expect(other.messages).toHaveLength(1);
  expect(await other.run(younger)).toEqual([]);
  expect(other.messages).toHaveLength(1);
}, 60_000);

test('if the alert with the claim is too old when it comes again, a younger alert sends the message', async () => {
  let time = Date.now();
  const now = () => time;
  const first = [speeding('overtaken', 1, 'Speeding', ago(HOUR - MINUTE))];
  const refusing = environment({ now, publish: () => Promise.reject(new TransientError('SNS', 'away')) });
  await refusing.run(first, within(2_000));
  const next = environment({ now });
  const younger = many('overtaken', 2, 3);

  time += 119_999;
  expect(await next.run(younger, within(2_000))).toHaveLength(3);
  time += 1;
  expect(await next.run(younger)).toEqual([]);

  expect(next.messages).toHaveLength(1);
  // The message was sent, so the alert with the first claim sends nothing.
  expect(await next.run(first)).toEqual([]);
  expect(next.messages).toHaveLength(1);
}, 60_000);

test('if a function dies between the claim and the message, the next delivery sends it', async () => {
  const dying = environment({ publish: () => new Promise(() => {}) });
  void dying.run([speeding('crash', 7)]);
  const claims = () => tables.items('notifications');
  const isClaimed = async () => (await claims()).some(({ source }) => source?.S === 'raw-data-topic-0-7/Speeding');
  await eventually(isClaimed, { what: 'the claim', seen: claims });

  const next = environment();
  // Delivered again from an earlier offset, so that the alert with the claim is not the first.
  await next.run(many('crash', 5, 10));
  await next.run(many('crash', 5, 10));

  expect(next.messages).toHaveLength(1);
});

test('a message is not sent again if its batch is delivered again', async () => {
  const first = environment();
  await first.run(many('again', 0, 3));

  const second = environment();
  expect(await second.run(many('again', 0, 3))).toEqual([]);

  expect(second.messages).toEqual([]);
});

test('an alert that is too old is counted; it sends no message and starts no cooldown', async () => {
  const { run, messages, tooOld } = environment();
  const week = Array.from({ length: 7 }, (_, day) => speeding('old', day, 'Speeding', ago((day + 1) * 24 * HOUR)));

  const failures = await run([...week, speeding('old', 10, 'Speeding', ago(HOUR + 1_000)), speeding('new', 11)]);

  expect(failures).toEqual([]);
  expect(tooOld()).toBe(8);
  expect(messages.map(({ Subject }) => Subject)).toEqual(['Speeding: new']);
  await run([speeding('old', 12, 'Speeding', ago(HOUR - MINUTE))]);
  expect(messages).toHaveLength(2);
});

test('a record that is no alert fails alone', async () => {
  const { run, messages } = environment();

  const failures = await run([{ topic: 'alerts-topic', offset: 8, value: 'no JSON' }, speeding('beside', 9)]);

  expect(failures.map(({ record, error }) => [record.offset, error.code])).toEqual([[8, 'NOT_JSON']]);
  expect(messages).toHaveLength(1);
});

describe('the function as Lambda loads it', () => {
  /** Requests to the test's SNS server. `answers` is its HTTP status. */
  const requests: URLSearchParams[] = [];
  let answers = 200;
  let sns: Server;
  beforeAll(async () => {
    sns = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        if (answers === 200) requests.push(new URLSearchParams(Buffer.concat(chunks).toString()));
        response.writeHead(answers, { 'content-type': 'text/xml' }).end(
          `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">
             <PublishResult><MessageId>1</MessageId></PublishResult>
           </PublishResponse>`,
        );
      });
    });
    await new Promise<void>((resolve) => sns.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => sns.close());

  test('publishes to its topic; while SNS is unavailable, the batch is handed back', async () => {
    Object.assign(process.env, {
      AWS_REGION: LOCAL_REGION,
      AWS_ACCESS_KEY_ID: DUMMY_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: DUMMY_CREDENTIALS.secretAccessKey,
      AWS_ENDPOINT_URL_DYNAMODB: tables.server.endpoint,
      AWS_ENDPOINT_URL_SNS: `http://127.0.0.1:${(sns.address() as AddressInfo).port}`,
      KAFKA_AUTH: 'none',
      HANDING_BACK: 'report',
      DEAD_LETTER_TOPIC: 'raw-data-dlq',
      DEAD_LETTER_MAX_BYTES: '1044480',
      NOTIFICATIONS_TABLE: 'notifications',
      NOTIFICATIONS_TOPIC_ARN: 'arn:aws:sns:us-east-1:123456789012:alerts',
      COOLDOWN_MINUTES: '10',
      MAX_AGE_MINUTES: '60',
    });
    const { notifyAlerts } = await import('#functions/notifications/notifyAlerts.ts').then((module) => ({
      notifyAlerts: module.handler as unknown as Handler,
    }));
    const old = speeding('handler-old', 19, 'Speeding', ago(HOUR + 1_000));
    const event = mskEvent([old, ...many('handler', 20, 30)]);

    answers = 503;
    const handedBack = await notifyAlerts(event, lambdaContext(3_000));
    answers = 200;
    const done = await notifyAlerts(event, lambdaContext());

    expect(handedBack).toMatchObject({ batchItemFailures: expect.arrayContaining([expect.anything()]) });
    expect(done).toEqual({ batchItemFailures: [] });
    expect(requests.map((request) => [request.get('Action'), request.get('TopicArn'), request.get('Subject')])).toEqual(
      [['Publish', 'arn:aws:sns:us-east-1:123456789012:alerts', 'Speeding: handler']],
    );
  });
});

type Handler = (event: MskEvent, context: ReturnType<typeof lambdaContext>) => Promise<unknown>;
