import fc from 'fast-check';
import { batchHandler } from '#lib/batch-handler.ts';
import { TransientError } from '#lib/errors.ts';
import type { Message } from '#lib/kafka/message.ts';
import { bytesOf } from '#test/support/bytes.ts';
import { KAFKA_TIME, lambdaContext, mskEvent, type TestRecord, TRACE } from '#test/support/msk-event.ts';
import type { Catalogue } from './catalogue.ts';
import { orders } from './orders.ts';
import { readProcessedOrder } from './schema.ts';

const O1 = { order_id: 'O1', user_id: 'U1', product_id: 'P001', amount: 12.5, timestamp: '2026-01-01T00:00:00Z' };
const NAMES = new Map([['P001', 'Wireless Mouse']]);

/** The records that a batch produces, in their order. */
async function run(records: TestRecord[], catalogue: Catalogue = { of: async () => NAMES }) {
  const sent: Message[] = [];
  const producer = {
    send: async (_: string, messages: readonly Message[]) => {
      sent.push(...messages);
      return [];
    },
    close: async () => undefined,
  };
  const handler = batchHandler(
    { function: 'processOrder', handingBack: 'throw', producer, deadLetterTopicOf: () => 'orders-dlq' },
    orders({ producer, catalogue, topic: 'processed-orders' }),
  );
  await handler(mskEvent(records, { topic: 'orders', key: 'O1' }) as never, lambdaContext());
  return sent.map(({ topic, key, value, headers, from }) => ({
    topic,
    key,
    value,
    headers: Object.fromEntries(headers.map((header) => [header.name, String(header.value)])),
    offset: from.offset,
  }));
}

const cause = '__lambda.errors.exception';

test('an order gets its product’s name, and the product as its key', async () => {
  const trace = { traceparent: TRACE };

  const [order] = await run([{ partition: 2, offset: 7, value: { ...O1, coupon: 'dropped' }, headers: trace }]);

  expect(order).toMatchObject({ topic: 'processed-orders', key: 'P001' });
  expect(JSON.parse(String(order?.value))).toEqual({
    ...O1,
    product_name: 'Wireless Mouse',
    timestamp: '2026-01-01T00:00:00.000Z',
  });
  expect(order?.headers).toEqual({ source: 'orders-2-7', traceparent: TRACE });
});

describe('these are processed:', () => {
  test.each<[string, object, object]>([
    ['epoch seconds', { timestamp: 1767225600 }, { timestamp: '2026-01-01T00:00:00.000Z' }],
    ['epoch seconds with decimals', { timestamp: 1767225600.123 }, { timestamp: '2026-01-01T00:00:00.123Z' }],
    ['epoch milliseconds', { timestamp: 1767225600123 }, { timestamp: '2026-01-01T00:00:00.123Z' }],
    ['the first number of milliseconds', { timestamp: 1e11 }, { timestamp: '1973-03-03T09:46:40.000Z' }],
    ['an offset', { timestamp: '2026-01-01T01:00:00.5+01:00' }, { timestamp: '2026-01-01T00:00:00.500Z' }],
    ['a basic offset', { timestamp: '2026-01-01T05:30:00+0530' }, { timestamp: '2026-01-01T00:00:00.000Z' }],
    ['an offset of 19 hours', { timestamp: '2026-01-01T19:00:00+19:00' }, { timestamp: '2026-01-01T00:00:00.000Z' }],
    [
      'a tenth of a nanosecond',
      { timestamp: '2026-01-01T00:00:00.1234567890Z' },
      { timestamp: '2026-01-01T00:00:00.123Z' },
    ],
    ['a time a month ago', { timestamp: '2025-12-01T00:00:00Z' }, { timestamp: '2025-12-01T00:00:00.000Z' }],
    ['1970', { timestamp: 0 }, { timestamp: '1970-01-01T00:00:00.000Z' }],
    ['a clock 5 min ahead', { timestamp: '2026-01-01T00:05:00Z' }, { timestamp: '2026-01-01T00:05:00.000Z' }],
    ['one cent', { amount: 0.01 }, { amount: 0.01 }],
    ['the largest amount', { amount: 10_000_000 }, { amount: 10_000_000 }],
    ['an amount just below', { amount: 9_999_999.99 }, { amount: 9_999_999.99 }],
    ['ids of 128 characters', { order_id: 'é'.repeat(128) }, { order_id: 'é'.repeat(128) }],
  ])('%s', async (_, fields, expected) => {
    const [order, ...others] = await run([{ value: { ...O1, ...fields } }]);

    expect(others).toEqual([]);
    expect(order?.topic).toBe('processed-orders');
    expect(readProcessedOrder({ value: bytesOf(order?.value) })).toMatchObject(expected);
  });

  test.each([-1, 0])('without a Kafka timestamp (%d), any time until the year 9999', async (timestamp) => {
    const sent = await run([
      { timestamp, value: O1 },
      { timestamp, value: { ...O1, timestamp: Date.UTC(40_000, 0) } },
    ]);

    expect(sent.map(({ topic, headers }) => [topic, headers[cause]])).toEqual([
      ['processed-orders', undefined],
      ['orders-dlq', 'FUTURE_TIMESTAMP'],
    ]);
  });

  test('a record without a key', async () => {
    expect(await run([{ key: null, value: O1 }])).toMatchObject([{ topic: 'processed-orders' }]);
  });

  test('orders with the same order_id, with the same or another amount: each has its own source', async () => {
    const sent = await run([{ value: O1 }, { value: O1 }, { value: { ...O1, amount: 99 } }]);

    expect(sent.map(({ topic, headers }) => [topic, headers['source']])).toEqual([
      ['processed-orders', 'orders-0-0'],
      ['processed-orders', 'orders-0-1'],
      ['processed-orders', 'orders-0-2'],
    ]);
  });
});

describe('these go to orders-dlq, unchanged, with the error code, and the rest of the batch is processed:', () => {
  const json = JSON.stringify(O1);
  const long = 'x'.repeat(129);
  test.each<[string, TestRecord['value'], string]>([
    ['a tombstone', null, 'NULL_VALUE'],
    ['a 1 MB value', json.replace('{', `{${' '.repeat(1_000_000)}`), 'TOO_LARGE'],
    ['invalid UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'NOT_UTF8'],
    ['amount NaN, which is not JSON', json.replace('12.5', 'NaN'), 'NOT_JSON'],
    ['JSON that is not an object', '[1]', 'NOT_AN_OBJECT'],
    ['amount 0', { ...O1, amount: 0 }, 'SCHEMA'],
    ['amount -5', { ...O1, amount: -5 }, 'SCHEMA'],
    ['amount "12"', { ...O1, amount: '12' }, 'SCHEMA'],
    ['amount 1e308', json.replace('12.5', '1e308'), 'SCHEMA'],
    ['amount 1e999, infinite', json.replace('12.5', '1e999'), 'SCHEMA'],
    ['amount over 10,000,000', { ...O1, amount: 10_000_000.01 }, 'SCHEMA'],
    ['an amount of three decimals', { ...O1, amount: 12.345 }, 'SCHEMA'],
    ['a tenth of a cent', { ...O1, amount: 0.001 }, 'SCHEMA'],
    ['a sum of doubles, 0.1 + 0.2', { ...O1, amount: 0.1 + 0.2 }, 'SCHEMA'],
    ['no amount', { ...O1, amount: undefined }, 'SCHEMA'],
    ['no order_id', { ...O1, order_id: undefined }, 'SCHEMA'],
    ['an empty user_id', { ...O1, user_id: '' }, 'SCHEMA'],
    ['a number as order_id', { ...O1, order_id: 17 }, 'SCHEMA'],
    ['an order_id with U+0000', { ...O1, order_id: 'O\u0000' }, 'SCHEMA'],
    ['a user_id with a line break', { ...O1, user_id: 'U1\n' }, 'SCHEMA'],
    ['a product_id with U+0085', { ...O1, product_id: 'P\u0085' }, 'SCHEMA'],
    ['half a surrogate pair', json.replace('O1', '\\ud800'), 'SCHEMA'],
    ['an order_id of 129 characters', { ...O1, order_id: long }, 'SCHEMA'],
    ['a product_id of 65 bytes', { ...O1, product_id: `${'é'.repeat(32)}x` }, 'SCHEMA'],
    ['a time without a zone', { ...O1, timestamp: '2026-01-01T00:00:00' }, 'SCHEMA'],
    ['a number as text', { ...O1, timestamp: '1767225600' }, 'SCHEMA'],
    ['the year 0', { ...O1, timestamp: '0000-06-01T00:00:00Z' }, 'SCHEMA'],
    ['1969', { ...O1, timestamp: '1969-12-31T23:59:59Z' }, 'SCHEMA'],
    ['a negative time', { ...O1, timestamp: -1 }, 'SCHEMA'],
    ['the year 40000 in ISO 8601', { ...O1, timestamp: '+040000-01-01T00:00:00Z' }, 'SCHEMA'],
    ['a number that is not a time, 1e300', { ...O1, timestamp: 1e300 }, 'SCHEMA'],
    ['the year 40000 in milliseconds', { ...O1, timestamp: Date.UTC(40_000, 0) }, 'FUTURE_TIMESTAMP'],
    ['a clock ahead by more than 5 min', { ...O1, timestamp: KAFKA_TIME + 300_001 }, 'FUTURE_TIMESTAMP'],
    ['an unknown product', { ...O1, product_id: 'P999' }, 'UNKNOWN_PRODUCT'],
    ['a product with the name of a property of every object', { ...O1, product_id: 'constructor' }, 'UNKNOWN_PRODUCT'],
    ['an order within __proto__', `{"__proto__":${json}}`, 'SCHEMA'],
  ])('%s', async (_, value, code) => {
    const sent = await run([{ value }, { value: O1 }]);

    expect(sent.map(({ topic, offset, headers }) => [topic, offset, headers[cause]])).toEqual([
      ['processed-orders', 1, undefined],
      ['orders-dlq', 0, code],
    ]);
    const [event] = mskEvent([{ value }]).records['raw-data-topic-0'] ?? [];
    expect(sent[1]?.value?.toString('base64')).toBe(event?.value ?? undefined);
  });
});

test('the error code is that of the first rule that an order breaks', async () => {
  const all = { ...O1, product_id: 'P999', timestamp: '2027-01-01T00:00:00Z', amount: 0 };

  const sent = await run([
    { value: all },
    { value: { ...all, amount: 1 } },
    { value: { ...all, amount: 1, timestamp: 0 } },
  ]);

  expect(sent.map(({ headers }) => headers[cause])).toEqual(['SCHEMA', 'FUTURE_TIMESTAMP', 'UNKNOWN_PRODUCT']);
});

test('the message of a failure names the field, never its value', async () => {
  const secret = { order_id: 'my\u0007secret', user_id: 'secret\n', product_id: 'secret'.repeat(11), amount: 'secret' };

  const sent = await run([{ value: { ...secret, timestamp: 'secret' } }, { value: { ...O1, product_id: 'secret' } }]);

  const messages = sent.map(({ headers }) => headers['__lambda.errors.message']);
  for (const field of Object.keys(O1)) expect(messages[0]).toContain(`${field}: `);
  expect(messages[1]).toBe('product_id: not in the catalogue');
  expect(messages.join()).not.toContain('secret');
});

test('a catalogue that can’t be read hands the batch back: nothing is produced, not even dead letters', async () => {
  const down: Catalogue = {
    of: async () => {
      throw new TransientError('CATALOGUE_UNREADABLE', 'away');
    },
  };

  await expect(run([{ value: O1 }, { value: 'bad' }], down)).rejects.toMatchObject({ code: 'CATALOGUE_UNREADABLE' });
});

test('every amount of whole cents is accepted unchanged, and no other amount', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 1_000_000_000 }), async (cents) => {
      const value = cents / 100;
      // The next double is no whole cent: the gap between doubles is far below a cent up to ten million.
      const next = value * (1 + Number.EPSILON);
      const sent = await run([{ value: { ...O1, amount: value } }, { value: { ...O1, amount: next } }]);

      expect(sent.map(({ topic }) => topic)).toEqual(['processed-orders', 'orders-dlq']);
      expect(Math.round(readProcessedOrder({ value: bytesOf(sent[0]?.value) }).amount * 100)).toBe(cents);
    }),
  );
});
