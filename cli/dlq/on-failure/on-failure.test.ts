import type { Ask } from '#functions/ops/redrive/ask.ts';
import { type MemoryTopics, memoryTopics } from '#functions/ops/redrive/memory-topics.fixture.ts';
import { newId, planRedrive, type Readers, type RedriveOptions } from '#functions/ops/redrive/plan.ts';
import { runRedrive } from '#functions/ops/redrive/run.ts';
import { redriveService } from '#functions/ops/redrive/service.ts';
import type { StoredRecord } from '#lib/kafka/client/topic-reader.ts';
import { redriveOf } from '#lib/kafka/redrive.ts';
import { plenty } from '#test/support/deadlines.ts';
import { mskEvent } from '#test/support/msk-event.ts';
import { documentsAt } from './read.ts';
import { onFailureService } from './service.ts';

const readers: Readers = new Map([['demo_topic', new Set(['insertIntoRds'])]]);
const HEADERS = [{ name: 'own', value: Buffer.from([0xff, 0]) }];

function serviceOf({ reader, producer }: MemoryTopics, texts: readonly string[]): Ask {
  const service = redriveService({ reader, producer, bootstrapServers: '', settledMs: 0 });
  const ask: Ask = (action, request) => service[action](JSON.parse(JSON.stringify(request)), plenty);
  return onFailureService(
    ask,
    texts.map((text) => ({ read: async () => text })),
  );
}

const plan = (ask: Ask, options: Partial<RedriveOptions> = {}) =>
  planRedrive(ask, { topic: 'failed.json', filter: {}, ...options }, readers);
const redrive = async (ask: Ask, options: Partial<RedriveOptions> = {}) =>
  runRedrive(ask, await plan(ask, options), { rate: 1e6 });

/** Five records of demo_topic-0. */
function written(topics: MemoryTopics): StoredRecord[] {
  return Array.from({ length: 5 }, (_, n) =>
    topics.append('demo_topic', 0, { key: `k${n}`, value: `v${n}`, headers: HEADERS }),
  );
}

/** What Lambda writes for a batch. `payload` is in S3's objects only. */
function onFailure(records: readonly StoredRecord[], more: { payload?: object; batchSize?: number } = {}): string {
  const [first, last] = [records[0], records.at(-1)] as [StoredRecord, StoredRecord];
  const iso = ({ timestamp }: StoredRecord) => new Date(timestamp).toISOString();
  const { payload, batchSize = records.length } = more;
  return JSON.stringify({
    requestContext: {
      functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:msk-pipeline-dev-insertIntoRds',
      condition: 'RetryAttemptsExhausted',
    },
    version: '1.0',
    timestamp: '2026-01-02T03:04:05.678Z',
    KafkaBatchInfo: {
      batchSize,
      recordsInfo: {
        'demo_topic-0': {
          firstRecordOffset: String(first.offset),
          lastRecordOffset: String(last.offset),
          firstRecordTimestamp: iso(first),
          lastRecordTimestamp: iso(last),
        },
      },
    },
    ...(payload && { payload: JSON.stringify(payload) }),
  });
}

const eventOf = (records: readonly StoredRecord[]) =>
  mskEvent(records.map(({ headers, ...own }) => ({ ...own, headerList: headers })));

const redriven = (topics: MemoryTopics) =>
  topics.records('demo_topic').flatMap((record) => {
    const header = (name: string) => record.headers.findLast((own) => own.name === name)?.value?.toString();
    const how = redriveOf({ ...record, header });
    return how ? [{ ...how, key: String(record.key), value: String(record.value), headers: record.headers }] : [];
  });

test.each([
  ['as it is', (text: string) => text],
  ['in lines', (text: string) => `${text}\n\n${text}\n`],
  ['in the answer of SQS', (text: string) => JSON.stringify({ Messages: [{ Body: text }] })],
  [
    'from SNS, in messages of SQS',
    (text: string) => JSON.stringify([{ Body: JSON.stringify({ Type: 'Notification', Message: text }) }]),
  ],
])('records that an on-failure record only names are read by their offsets: %s', async (_, carried) => {
  const topics = memoryTopics();
  const some = written(topics).slice(1, 4);
  const ask = serviceOf(topics, [carried(onFailure(some))]);

  expect(await redrive(ask)).toMatchObject({ sent: 3, refused: 0 });

  const sent = redriven(topics);
  expect(sent.map(({ key, value, origin, letter }) => [key, value, origin.offset, letter])).toEqual([
    ['k1', 'v1', 1, 'insertIntoRds/demo_topic-0-1'],
    ['k2', 'v2', 2, 'insertIntoRds/demo_topic-0-2'],
    ['k3', 'v3', 3, 'insertIntoRds/demo_topic-0-3'],
  ]);
  expect(sent[0]).toMatchObject({ attempt: 1, for: 'insertIntoRds' });
  expect(sent[0]?.headers.slice(0, 1)).toEqual(HEADERS);
});

test('what retention has taken is named, unless the on-failure record holds the records', async () => {
  const topics = memoryTopics();
  const records = written(topics);
  topics.remove('demo_topic', 0, (offset) => offset < 2);
  const named = await plan(serviceOf(topics, [onFailure(records)]));
  const held = serviceOf(topics, [onFailure(records, { payload: eventOf(records) })]);

  expect(named.letters.map(({ from }) => from.offset)).toEqual([2, 3, 4]);
  expect(named.refused).toEqual(
    [0, 1].map((offset) => ({
      letter: `insertIntoRds/demo_topic-0-${offset}`,
      why: `demo_topic-0-${offset} is no longer in its topic (retention or compaction), and the on-failure record only names it`,
    })),
  );
  expect(await redrive(held)).toMatchObject({ sent: 5, refused: 0 });
  expect(redriven(topics).map(({ value }) => value)).toEqual(['v0', 'v1', 'v2', 'v3', 'v4']);
  expect(redriven(topics)[0]?.headers.slice(0, 1)).toEqual(HEADERS);
});

test('offsets without a record are not missed if the batch had no more records', async () => {
  const topics = memoryTopics();
  const records = written(topics);
  topics.remove('demo_topic', 0, (offset) => offset === 2);

  expect((await plan(serviceOf(topics, [onFailure(records, { batchSize: 4 })]))).refused).toEqual([]);
  expect((await plan(serviceOf(topics, [onFailure(records)]))).refused).toHaveLength(1);
});

test('other records at the same offsets are not sent: the topic was made anew', async () => {
  const topics = memoryTopics();
  const text = onFailure(written(topics));
  const anew = memoryTopics();
  for (let n = 0; n < 5; n += 1) anew.append('demo_topic', 0, { key: null, value: 'other', headers: [] }, 1_000 + n);

  const { letters, refused } = await plan(serviceOf(anew, [text]));

  expect([letters, refused.length]).toEqual([[], 5]);
  expect(refused[0]?.why).toBe('another record lies at its offset now: the topic was made anew');
});

test('a record that Lambda decoded by its schema is read from its topic', async () => {
  const topics = memoryTopics();
  const records = written(topics).slice(0, 1);
  const event = eventOf(records);
  const [raw] = event.records['demo_topic-0'] ?? [];
  Object.assign(raw ?? {}, { value: btoa('decoded'), valueSchemaMetadata: { dataFormat: 'AVRO', schemaId: '7' } });

  await redrive(serviceOf(topics, [onFailure(records, { payload: event })]));

  expect(redriven(topics).map(({ value }) => value)).toEqual(['v0']);
});

test('a record goes once: named twice, after a stop, and counted when it is given up again', async () => {
  const topics = memoryTopics();
  const records = written(topics);
  const texts = [onFailure(records), onFailure(records.slice(2), { payload: eventOf(records.slice(2)) })];
  const id = newId();
  const stop = new AbortController();
  const ask = serviceOf(topics, texts);
  const first = await runRedrive(ask, await plan(ask, { id }), {
    rate: 1e6,
    page: 2,
    signal: stop.signal,
    progress: () => stop.abort(),
  });
  const second = await redrive(serviceOf(topics, texts), { id });

  expect([first, second]).toMatchObject([
    { sent: 2, stopped: true },
    { sent: 5, stopped: false },
  ]);
  expect(redriven(topics)).toHaveLength(5);
  const again = topics.records('demo_topic').slice(5);
  await redrive(serviceOf(topics, [onFailure(again, { payload: eventOf(again) })]));
  expect(redriven(topics).slice(5)).toMatchObject(
    [0, 1, 2, 3, 4].map((offset) => ({ attempt: 2, origin: { topic: 'demo_topic', partition: 0, offset } })),
  );
});

test('shows a record without personal data, from the on-failure record or from its topic', async () => {
  const topics = memoryTopics();
  const value = JSON.stringify({ user_id: 'Ada', amount: 1 });
  const records = [topics.append('demo_topic', 0, { key: 'Ada', value, headers: [] })];
  for (const payload of [undefined, eventOf(records)]) {
    const ask = serviceOf(topics, [onFailure(records, { ...(payload && { payload }) })]);
    const show = (reveal: boolean) => ask('show', { topic: '', filter: {}, limit: 10, reveal });

    const [{ shown: hidden }, { shown }] = [await show(false), await show(true)];

    expect(hidden[0]).toMatch(/^insertIntoRds\/demo_topic-0-0 {2}2026-01-02T03:04:05.678Z\n.*RetryAttemptsExhausted/);
    expect(hidden[0]).toContain('value     {"user_id":"***","amount":1}');
    expect(hidden[0]).not.toContain('Ada');
    expect(shown[0]).toMatch(/key {7}Ada[\s\S]*"user_id":"Ada"/);
  }
});

test('what is no on-failure record is counted', async () => {
  const ask = serviceOf(memoryTopics(), ['', 'text\n{}', '[1, {"Body":"{"}]', '{"KafkaBatchInfo":{"recordsInfo":{}}}']);

  expect(await ask('letters', { topic: '', filter: {} })).toEqual({ letters: [], others: 5 });
});

test.each([
  ['arn:aws:sns:us-east-1:123456789012:failed', /keeps no messages.*Subscribe an SQS queue/],
  ['arn:aws:sqs:us-east-1:123456789012:failed', /aws sqs receive-message/],
  ['https://sqs.us-east-1.amazonaws.com/123456789012/failed', /aws sqs receive-message/],
  ['kafka://failed', /name the topic itself/],
  ['/no/such/file', /can't read \/no\/such\/file/],
])('a place that can not be read says what to do instead: %s', async (place, hint) => {
  await expect(documentsAt(place, () => undefined as never)).rejects.toThrow(hint);
});
