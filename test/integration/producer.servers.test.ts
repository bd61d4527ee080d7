import { setTimeout as sleep } from 'node:timers/promises';
import { within } from '#lib/deadline.ts';
import { PermanentError, TransientError } from '#lib/errors.ts';
import { recordsOf } from '#lib/kafka/batch.ts';
import { createProducer, type RecordProducer } from '#lib/kafka/client/producer.ts';
import { batchBytes, type Message } from '#lib/kafka/message.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import { startBroker, type TestBroker, type TestRecord } from '../support/broker.ts';
import { freeze } from '../support/freeze.ts';
import { batchOfRecords } from '../support/msk-event.ts';
import { createTopics } from '../support/topics.ts';

const LIMIT = 1_019_904;
const NARROW = 20_000;
const limits = { frozen: LIMIT, large: LIMIT, narrow: LIMIT, exact: LIMIT, restarted: LIMIT };
/** Short enough for tests with a frozen broker, and much longer than one answer takes. */
const ATTEMPT_MS = 2_000;

let broker: TestBroker;
beforeAll(async () => {
  broker = await startBroker(['frozen', 'large', 'exact', 'restarted']);
  // A topic with a smaller limit than the one that the producer knows.
  const configEntries = [{ name: 'max.message.bytes', value: String(NARROW) }];
  await createTopics(broker.endpoint, [{ topic: 'narrow', numPartitions: 3, configEntries }]);
});
afterAll(() => broker?.stop());

let producer: RecordProducer;
beforeEach(() => {
  producer = createProducer({ auth: 'none', clientId: 'test', limits });
});
afterEach(() => producer.close());

const from = recordsOf(batchOfRecords([{ value: 'input' }]))[0] as KafkaRecord;
const message = (topic: string, value: string | Buffer | null, more: Partial<Message> = {}): Message => ({
  topic,
  key: Buffer.from('one key, so one partition'),
  value: value === null ? null : Buffer.from(value),
  headers: [],
  from,
  ...more,
});
const send = (messages: Message[], ms = 60_000) => producer.send(broker.endpoint, messages, within(ms));
const stored = async (topic: string) => (await broker.readAll(topic)).map(({ value }) => value?.toString());
const signal = (name: NodeJS.Signals) => broker.server.process?.signal(name);

test('acknowledged records are stored in order, also after failed sends to a frozen broker', async () => {
  producer = createProducer({ auth: 'none', clientId: 'test', limits, attemptMs: ATTEMPT_MS });
  const acknowledged: string[] = [];
  const sendAcknowledged = async (...values: string[]) => {
    await send(values.map((value) => message('frozen', value)));
    acknowledged.push(...values);
  };
  // With 0 ms, the request that the client gave up on may still arrive; after 2 s, the client has forgotten it.
  for (const [round, frozenMs] of [0, 2_000, 0].entries()) {
    await sendAcknowledged(`${round} before`);
    await freeze(broker.server);
    const began = performance.now();
    const failed = send([message('frozen', `${round} frozen`)], 2 * ATTEMPT_MS);
    try {
      await expect(failed).rejects.toBeInstanceOf(TransientError);
      expect(performance.now() - began).toBeLessThan(10 * ATTEMPT_MS);
      await sleep(frozenMs);
    } finally {
      signal('SIGCONT');
    }
    await sendAcknowledged(`${round} first after`);
    await sendAcknowledged(`${round} second after`, `${round} third after`);
  }

  // On a busy machine, a record that is acknowledged late is sent again: the first copies are in order.
  const all = new Set(await stored('frozen'));
  expect([...all].filter((value) => !value?.endsWith('frozen'))).toEqual(acknowledged);
});

test('more records than fit in one request are split by bytes and stored in order', async () => {
  const values = Array.from({ length: 30 }, (_, n) => `${n} ${'x'.repeat(200_000)}`);

  expect(await send(values.map((value) => message('large', value)))).toEqual([]);

  // A request that takes longer than one attempt is sent again, and stored twice.
  const numbers = (await stored('large')).map((value) => value?.split(' ')[0]);
  expect([...new Set(numbers)]).toEqual(values.map((_, n) => String(n)));
}, 30_000);

test('if a topic takes less than the producer knows, only the record that is too large is refused', async () => {
  const values = Array.from({ length: 100 }, (_, n) => `${String(n).padStart(3, '0')} ${'x'.repeat(1_000)}`);
  values[57] = `057 ${'x'.repeat(NARROW)}`;
  const messages = values.map((value, n) => message('narrow', value, { key: Buffer.from(`key ${n % 7}`) }));

  const refused = await send(messages);

  expect(refused.map(({ message: { value } }) => value?.toString().slice(0, 3))).toEqual(['057']);
  expect(refused[0]?.error).toBeInstanceOf(PermanentError);
  expect(refused[0]?.error.code).toBe('TOO_LARGE');
  // Records that were refused in one batch with it may be stored twice; each key's first copies are in order.
  const firsts = [...new Set(await broker.readAll('narrow').then((all) => all.map(keyAndNumber)))];
  const expected = messages.map(keyAndNumber).filter((text) => !text.endsWith('057'));
  expect(firsts.toSorted()).toEqual(expected.toSorted());
  for (let key = 0; key < 7; key += 1) {
    const own = (texts: string[]) => texts.filter((text) => text.startsWith(`key ${key} `));
    expect(own(firsts)).toEqual(own(expected));
  }
});

const keyAndNumber = ({ key, value }: { key?: Buffer | string | null; value: Buffer | string | null }) =>
  `${key?.toString()} ${value?.toString().slice(0, 3)}`;

test('key, value and headers are stored byte for byte, and missing ones stay missing', async () => {
  const bytes = Buffer.from([0, 255, 128, 10]);
  const header = (name: string, value: Buffer) => ({ name, value });
  await send([
    message('exact', null, { key: null, headers: [] }),
    message('exact', bytes, { key: bytes, headers: [header('__proto__', bytes), header('constructor', bytes)] }),
    message('exact', '', {
      key: Buffer.alloc(0),
      headers: [header('twice', Buffer.from('1')), header('twice', bytes)],
    }),
  ]);

  const records = await broker.readAll('exact');

  const found = records.map(({ key, value, headers }) => ({ key, value, headers: own(headers) }));
  const empty = Buffer.alloc(0);
  expect(found).toHaveLength(3);
  expect(found).toContainEqual({ key: null, value: null, headers: [] });
  expect(found).toContainEqual({
    key: bytes,
    value: bytes,
    headers: [
      ['__proto__', [bytes]],
      ['constructor', [bytes]],
    ],
  });
  expect(found).toContainEqual({ key: empty, value: empty, headers: [['twice', [Buffer.from('1'), bytes]]] });
});

test('headers are in the log in their order, with repeated names, numeric names and null values', async () => {
  const text = (name: string, value: string) => ({ name, value: Buffer.from(value) });
  const headers = [text('b', '1'), text('2', 'two'), text('1', 'one'), text('b', '3'), { name: 'n', value: null }];
  await send([message('exact', 'ordered', { headers })]);

  // Each name and each value follows its doubled length; null has the length 1.
  const bytes = Buffer.from('\u0002b\u00021\u00022\u0006two\u00021\u0006one\u0002b\u00023\u0002n\u0001');
  expect((await broker.logOf('exact')).includes(bytes)).toBe(true);
  const ordered = (await broker.readAll('exact')).find(({ value }) => value?.toString() === 'ordered');
  expect(ordered?.headers?.['n']).toBeNull();
}, 30_000);

test('a record of exactly the maximum size of its topic is stored, and one byte more is refused', async () => {
  const headers = [{ name: 'name', value: Buffer.from('value') }];
  const sized = (bytes: number) => {
    const empty = message('narrow', '', { headers });
    // A length over 8,191 takes three bytes instead of one: the value has one, and the record has one.
    return message('narrow', 'x'.repeat(bytes - batchBytes(empty) - 4), { headers });
  };
  const [fitting, over] = [sized(NARROW), sized(NARROW + 1)];
  expect([batchBytes(fitting), batchBytes(over)]).toEqual([NARROW, NARROW + 1]);

  const refused = await send([fitting, over]);

  expect(refused.map(({ message: own }) => own)).toEqual([over]);
  expect(refused[0]?.fits).toBeLessThan(NARROW);
}, 30_000);

/** kafkajs starts the list of a header called `constructor` with the object's inherited constructor: leave it out. */
const own = (headers: TestRecord['headers']) =>
  Object.entries(headers ?? {}).map(([name, held]) => [name, [held].flat().filter((one) => Buffer.isBuffer(one))]);

test('a send outlasts a crash of the broker', async () => {
  await send([message('restarted', 'before')]);
  signal('SIGKILL');
  await broker.server.stop();
  const during = send([message('restarted', 'during')]);
  await broker.server.start();
  await broker.server.ready();
  await during;
  await send([message('restarted', 'after')]);

  const all = await stored('restarted');
  expect([...new Set(all)]).toEqual(['before', 'during', 'after']);
});
