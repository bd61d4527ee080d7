import type { StoredRecord } from '#lib/kafka/client/topic-reader.ts';
import { mskEvent } from '#test/support/msk-event.ts';
import { letterOf } from './letter.ts';
import { memoryTopics } from './memory-topics.fixture.ts';
import type { Letter } from './refused.ts';
import { shownContent, shownLetter } from './shown.ts';

const KEY = Buffer.from([0xff, 0]);
const HEADERS = [
  { name: '1', value: null },
  { name: 'a', value: Buffer.alloc(0) },
  { name: '1', value: Buffer.from([0xfe]) },
  { name: '__lambda.errors.topic', value: Buffer.from('of a dead letter that somebody copied') },
];
const refused = { by: 'processOrder', topic: 'orders-dlq', code: 'UNKNOWN_PRODUCT' };

test('a dead letter holds the record byte for byte, and names who refused it and why', () => {
  const topics = memoryTopics();
  const record = topics.append('orders', 2, { key: KEY, value: null, headers: HEADERS });

  expect(letterOf(topics.refuse(record, refused))).toEqual({
    from: { topic: 'orders', partition: 2, offset: 0 },
    origin: { topic: 'orders', partition: 2, offset: 0 },
    function: 'processOrder',
    code: 'UNKNOWN_PRODUCT',
    message: 'field: wrong',
    attempts: 0,
    content: { key: KEY, value: null, headers: HEADERS },
  });
});

test('a dead letter that was cut has no content', () => {
  const topics = memoryTopics();
  const record = topics.append('orders', 0, { key: KEY, value: Buffer.alloc(2_000), headers: [] });

  const letter = letterOf(topics.refuse(record, { ...refused, fits: 1_000 }));

  expect(letter).toMatchObject({ truncated: expect.stringMatching(/^value \d+ of 2000 bytes$/) });
  expect(letter?.content).toBeUndefined();
});

test("a record of a mapping's on-failure topic is a dead letter of its function", () => {
  const record = { topic: 'orders', partition: 1, offset: 7, key: KEY, value: 'v', headerList: HEADERS };
  const value = JSON.stringify({
    requestContext: {
      functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:msk-pipeline-dev-processOrder:$LATEST',
      condition: 'RetriesExhausted',
    },
    payload: mskEvent([record]),
  });

  expect(letterOf(memoryTopics().append('failed', 0, { key: null, value, headers: [] }))).toEqual({
    from: { topic: 'orders', partition: 1, offset: 7 },
    origin: { topic: 'orders', partition: 1, offset: 7 },
    function: 'processOrder',
    code: 'RetriesExhausted',
    message: 'the mapping gave the record up',
    mayHaveResults: true,
    attempts: 0,
    content: { key: KEY, value: Buffer.from('v'), headers: HEADERS },
  });
});

test.each([null, 'text', '{}', '{"payload":{"eventSource":"aws:kafka","records":{}}}'])(
  'any other record is none: %j',
  (value) => {
    expect(letterOf(memoryTopics().append('orders-dlq', 0, { key: null, value, headers: [] }))).toBeUndefined();
  },
);

const textOf = (stored: StoredRecord, letter: Letter, reveal: boolean) =>
  shownLetter({ name: 'orders-dlq-0-0', ...stored }, letter, shownContent(letter.content ?? stored, reveal));

test('a letter is shown without personal data, unless it is asked for', () => {
  const topics = memoryTopics();
  const value = JSON.stringify({ order_id: 'o-1', user_id: 'Ada', ip: null, deep: { location: '1,2' } });
  const headers = [{ name: 'trace\n', value: Buffer.from('secret') }];
  const stored = topics.refuse(topics.append('orders', 0, { key: 'Ada', value, headers }), refused);
  const letter = letterOf(stored) as NonNullable<ReturnType<typeof letterOf>>;

  const [hidden, shown] = [false, true].map((reveal) => textOf(stored, letter, reveal));

  expect(hidden).toContain('"order_id":"o-1","user_id":"***","ip":null,"deep":{"location":"***"}');
  expect(hidden).toContain('header    trace\\u000a: 6 bytes');
  expect(hidden).not.toMatch(/Ada|1,2|secret/);
  expect(shown).toMatch(/key {7}Ada[\s\S]*secret[\s\S]*"user_id":"Ada"/);
});

test('a personal field of another spelling is hidden too', () => {
  const topics = memoryTopics();
  const value = JSON.stringify({ userId: 'u-1', 'device-id': 'd-1', email: 'e-1', locale: 'de' });
  const stored = topics.refuse(topics.append('user-login', 0, { key: null, value, headers: [] }), refused);
  const letter = letterOf(stored) as NonNullable<ReturnType<typeof letterOf>>;

  expect(textOf(stored, letter, false)).toContain('{"userId":"***","device-id":"***","email":"***","locale":"de"}');
});
