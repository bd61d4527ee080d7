import type { MskEvent } from '../polling/event.ts';
import { retryPolicy } from '../template/retry-policy.ts';
import {
  committed,
  connect,
  createTopic,
  createTopicNamed,
  disconnect,
  done,
  endOf,
  numbered,
  produce,
  type Run,
  readTopic,
  recordsOf,
  start,
  stopAll,
  until,
} from './kafka.ts';

beforeAll(connect);
afterEach(stopAll);
afterAll(disconnect);

const texts = (event: MskEvent) => recordsOf(event).map(({ text }) => text);
const fail = () => Promise.reject(new Error('poison'));
const retry = retryPolicy({ MaximumRetryAttempts: 1 }, true, true);
/** More than 6 MB as base64. */
const oversized = { partition: 0, key: 'big', value: Buffer.alloc(4_800_000, 97) };
const roomy = [{ name: 'max.message.bytes', value: '12000000' }];

/** Hands over this number of records at once: the window is longer than any test. */
const batchOf = (batchSize: number) => ({ batchSize, windowMilliseconds: 60_000 });
const refused = (run: Run, times: number) =>
  until(
    run,
    `${times} failed deliveries`,
    () => run.poller.status.metrics.OnFailureDestinationDeliveryErrorCount >= times,
  );

interface Sent {
  requestContext: { condition: string; approximateInvokeCount: number };
  responseContext: unknown;
  KafkaBatchInfo: { payloadSize: number };
  payload: MskEvent;
}

describe('a Kafka topic as destination', () => {
  test('gets a message in the documented format, with the key, for each record of a discarded batch', async () => {
    const [topic, dead] = [await createTopic(1), await createTopic(1)];
    await produce(topic, [
      { key: 'k', value: 'one', headers: { h: 'x' }, timestamp: '1700000000000' },
      { value: null, timestamp: '1700000001000' },
    ]);
    const run = start(topic, fail, { retry, onFailure: `kafka://${dead}`, ...batchOf(2) });
    await done(run, 2);

    const messages = await readTopic(dead, 2);
    expect(messages.map(({ key }) => key?.toString())).toEqual(['k', undefined]);
    const [first, second] = messages.map(({ value }) => JSON.parse(String(value)) as Sent);
    const [event] = run.events;
    expect(first).toEqual({
      requestContext: {
        requestId: expect.stringMatching(/^[\da-f-]{36}$/),
        functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:test:$LATEST',
        condition: 'RetriesExhausted',
        approximateInvokeCount: 2,
      },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      version: '1.0',
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      KafkaBatchInfo: {
        batchSize: 1,
        eventSourceArn: event?.eventSourceArn,
        bootstrapServers: event?.bootstrapServers,
        payloadSize: Buffer.byteLength(JSON.stringify(first?.payload)),
        recordInfo: { offset: '0', timestamp: '2023-11-14T22:13:20.000Z' },
      },
      payload: { ...event, records: { [`${topic}-0`]: event?.records[`${topic}-0`]?.slice(0, 1) } },
    });
    expect(second?.payload.records[`${topic}-0`]).toEqual(event?.records[`${topic}-0`]?.slice(1));
    expect(await committed(run.group, topic)).toEqual({ 0: 2 });
    expect(run.poller.status.metrics).toMatchObject({
      DroppedEventCount: 0,
      OnFailureDestinationDeliveredEventCount: 2,
      OnFailureDestinationDeliveryErrorCount: 0,
    });
  });

  test('gets records that are too old for the function', async () => {
    const [topic, dead] = [await createTopic(1), await createTopic(1)];
    await produce(topic, [{ value: 'old', timestamp: String(Date.now() - 61_000) }]);
    const run = start(topic, () => {}, {
      retry: retryPolicy({ MaximumRecordAgeInSeconds: 60 }, true, true),
      onFailure: `kafka://${dead}`,
    });
    await done(run, 1);

    const [message] = await readTopic(dead, 1);
    const sent = JSON.parse(String(message?.value)) as Sent;
    expect(sent.requestContext).toMatchObject({ condition: 'RecordAgeExceeded', approximateInvokeCount: 0 });
    expect([texts(sent.payload), run.events]).toEqual([['old'], []]);
  });

  test('is retried until it takes the records; until then they are neither dropped nor committed', async () => {
    const topic = await createTopic(1);
    const dead = `${topic}-dead`;
    await produce(topic, numbered(0, 0, 1));
    const run = start(topic, fail, { retry, onFailure: `kafka://${dead}` });
    await refused(run, 2);
    expect(await committed(run.group, topic)).toEqual({ 0: -1 });
    expect(run.lines.join()).toContain(`can't be sent to kafka://${dead}, will be retried`);

    await createTopicNamed(dead, 1);
    await done(run, 1);
    expect(await readTopic(dead, 1)).toHaveLength(1);
    expect(run.events).toHaveLength(2);
    expect(run.poller.status.metrics).toMatchObject({
      DroppedEventCount: 0,
      OnFailureDestinationDeliveredEventCount: 1,
    });
  });

  test('gets the records before a rejected record only once, no matter how many retries follow', async () => {
    const topic = await createTopic(1);
    const dead = `${topic}-dead`;
    await createTopicNamed(dead, 1, [{ name: 'max.message.bytes', value: '700000' }]);
    await produce(topic, [...numbered(0, 0, 99), { partition: 0, value: Buffer.alloc(700_000, 97) }]);
    const run = start(topic, fail, { retry, onFailure: `kafka://${dead}`, ...batchOf(100) });
    await refused(run, 3);

    expect(await readTopic(dead, 99)).toHaveLength(99);
    expect(await endOf(dead)).toBe(99);
    expect(await committed(run.group, topic)).toEqual({ 0: -1 });
  });

  test('gets a large batch in several requests', async () => {
    const topic = await createTopic(1);
    const dead = `${topic}-dead`;
    await createTopicNamed(dead, 1, [{ name: 'max.message.bytes', value: '1000000' }]);
    await produce(topic, numbered(0, 0, 2000));
    const run = start(topic, fail, { retry, onFailure: `kafka://${dead}`, ...batchOf(2000) });
    await done(run, 2000);

    const sent = (await readTopic(dead, 2000)).map(({ value }) => JSON.parse(String(value)) as Sent);
    expect(sent.map(({ payload }) => texts(payload)[0])).toEqual(Array.from({ length: 2000 }, (_, n) => String(n)));
  });
});

test.each(['sqs', 'sns'])(
  '%s: a line at the start says that the destination does not work here, another line names the dropped records',
  async (service) => {
    const topic = await createTopic(1);
    const onFailure = `arn:aws:${service}:us-east-1:000000000000:dead`;
    await produce(topic, numbered(0, 0, 2));
    const run = start(topic, fail, { retry, onFailure, ...batchOf(2) });
    expect(run.lines).toEqual([expect.stringContaining(`the destination ${onFailure} does not work on this machine`)]);
    await done(run, 2);

    expect(run.lines.at(-1)).toContain(
      `${topic}-0 0..1 (2 records, RetryAttemptsExhausted) dropped, not sent to ${onFailure}`,
    );
    expect(run.poller.status.metrics).toMatchObject({
      DroppedEventCount: 2,
      OnFailureDestinationDeliveredEventCount: 0,
    });
  },
);

describe('a single record of more than 6 MB', () => {
  test('goes to the destination without an invocation, and the partition goes on', async () => {
    const [topic, dead] = [`big-${Date.now()}`, `big-dead-${Date.now()}`];
    await Promise.all([createTopicNamed(topic, 1, roomy), createTopicNamed(dead, 1, roomy)]);
    await produce(topic, [{ partition: 0, value: 'before' }, oversized, { partition: 0, value: 'behind' }]);
    const run = start(topic, () => {}, { retry, onFailure: `kafka://${dead}` });
    await done(run, 3);

    expect(run.events.flatMap(texts)).toEqual(['before', 'behind']);
    const [message] = await readTopic(dead, 1);
    const sent = JSON.parse(String(message?.value)) as Sent;
    expect(message?.key?.toString()).toBe('big');
    expect(sent).toMatchObject({
      requestContext: { condition: 'MaximumPayloadSizeExceeded', approximateInvokeCount: 0 },
      responseContext: null,
    });
    expect(texts(sent.payload)[0]).toHaveLength(oversized.value.length);
    expect(run.poller.status.metrics).toMatchObject({ InvokedEventCount: 2, InvokeErrorCount: 1 });
  });

  test('fails without a destination, is never handed over, and blocks its partition', async () => {
    const topic = `big-${Date.now()}`;
    await createTopicNamed(topic, 1, roomy);
    await produce(topic, [oversized, { partition: 0, value: 'behind' }]);
    const run = start(topic, () => {});
    await until(run, 'three attempts', () => run.poller.status.metrics.InvokeErrorCount > 2);

    expect(run.events).toEqual([]);
    expect(run.poller.status.lastError).toContain('exceeds the limit of 6 MB');
    expect(await committed(run.group, topic)).toEqual({ 0: -1 });
  });
});
