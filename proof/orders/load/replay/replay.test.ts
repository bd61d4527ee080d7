import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseColumns } from './columns.ts';
import { productsOf, readOrders } from './read-orders.ts';
import type { FileOrder } from './row.ts';

const SAMPLE = fileURLToPath(import.meta.resolve('#test/data/orders.csv'));
const TIME = Date.parse('2026-01-15T10:00:00Z');
const HEAD = 'order_id,user_id,product_id,amount,timestamp';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'replay-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function read(name: string, text: string, map?: string): Promise<FileOrder[]> {
  const file = join(folder, name);
  writeFileSync(file, text);
  return all(readOrders(file, parseColumns(map)));
}
async function all(orders: AsyncIterable<FileOrder>): Promise<FileOrder[]> {
  const found: FileOrder[] = [];
  for await (const order of orders) found.push(order);
  return found;
}
const ORDER = { order_id: '17', user_id: 'U1', product_id: 'P001', amount: 12.5, time: TIME };

test('a row of a CSV file is read as an order by its columns', async () => {
  const text = '\ufeffwhen,orderID,user_id,product_id,total,note\n2026-01-15 10:00:00,17,U1,P001,12.50,"a, b\nc"\n';
  expect(await read('a.csv', text, 'order_id=orderID, amount=total,timestamp=when')).toEqual([ORDER]);
});

test('a line of JSON is read as an order, with numbers as ids and texts as numbers', async () => {
  const text = '{"order_id":17,"user_id":"U1","product_id":"P001","amount":"12.5","timestamp":1768471200}\n\n';
  expect(await read('a.ndjson', text)).toEqual([ORDER]);
});

test.each([
  '2026-01-15T10:00:00Z',
  '2026-01-15T12:00:00.000+02:00',
  '2026-01-15 11:00+0100',
  '2026-01-15 10:00',
  '1768471200',
  '1768471200.0',
  '1768471200000',
])('the time %s is read', async (time) => {
  expect((await read('a.csv', `${HEAD}\n17,U1,P001,12.5,${time}\n`))[0]?.time).toBe(TIME);
});

test.each([
  [
    'a.csv',
    `${HEAD}\n17,U1,P001,12.5,2026-01-15T10:00:00Z\n18,U1,P001,dear,2026-01-15T10:00:00Z\n`,
    /line 3: amount must be a number, not "dear"/,
  ],
  ['a.csv', `${HEAD}\n17,U1,P001,12.5,15.1.2026\n`, /line 2: timestamp must be ISO 8601.*not "15.1.2026"/],
  ['a.csv', `${HEAD}\n,U1,P001,12.5,2026-01-15T10:00:00Z\n`, /line 2: order_id must be a text or a number, not ""/],
  ['a.csv', `${HEAD}\n17,U1,P001\n`, /line 2: Invalid Record Length/],
  ['a.csv', 'id,total\n17,12\n', /line 2: no column order_id; there are id, total: see --map/],
  ['a.ndjson', '{"order_id":1}\n', /line 1: no column user_id; there are order_id/],
  ['a.ndjson', '\n{"order_id"\n', /line 2: it is not JSON$/],
  ['a.ndjson', '[1]\n', /line 1: it is not a JSON object/],
  ['a.ndjson', '{"order_id":{},"user_id":"1","product_id":"1","amount":1,"timestamp":1}\n', /line 1: order_id must be/],
  ...['2026-02-30 10:00', '2026-02-29T10:00:00Z', '2026-04-31T23:59:59+02:00', '2026-13-01 10:00'].map(
    (time): [string, string, RegExp] => [
      'a.csv',
      `${HEAD}\n17,U1,P001,12.5,${time}\n`,
      /line 2: timestamp must be ISO 8601/,
    ],
  ),
  ...['9007199254740993', '1e21', '17.5'].map((id): [string, string, RegExp] => [
    'a.ndjson',
    `{"order_id":"1","user_id":${id},"product_id":"1","amount":1,"timestamp":1}\n`,
    /line 1: user_id is a number that JSON may not keep as it was written, .*: put it in quotes/,
  ]),
  ['a.txt', '', /must be one of .csv, .ndjson/],
])('%s %j gives an error with the line', async (name, text, message) => {
  await expect(read(name, text)).rejects.toThrow(message);
});

test('an id that is a number is kept exactly, up to the largest safe integer', async () => {
  const text = '{"order_id":9007199254740991,"user_id":0,"product_id":"1","amount":1,"timestamp":1}\n';
  expect((await read('a.ndjson', text))[0]).toMatchObject({ order_id: '9007199254740991', user_id: '0' });
});

test('a leap day is accepted', async () => {
  const [order] = await read('a.csv', `${HEAD}\n17,U1,P001,12.5,2028-02-29 10:00\n`);
  expect(order?.time).toBe(Date.parse('2028-02-29T10:00:00Z'));
});

test('a file with an order that is too old is rejected, with the line', async () => {
  const times = ['12:00', '11:00', '12:30', '12:00', '11:29'].map((time, i) => `${i},U1,P00${i},1,2026-01-15 ${time}`);
  const file = join(folder, 'a.csv');
  writeFileSync(file, [HEAD, ...times].join('\n'));
  const columns = parseColumns(undefined);

  await expect(productsOf(file, columns, 3_600_000)).rejects.toThrow(
    /a.csv line 6: timestamp is over 60 minutes before a row above it: sort the file/,
  );
  expect(await productsOf(file, columns, 3_660_000)).toEqual(new Set(['P000', 'P001', 'P002', 'P003', 'P004']));
  expect((await productsOf(file, columns)).size).toBe(5);
});

test('a missing file and a file without orders are errors', async () => {
  for (const name of ['none.csv', 'none.ndjson']) {
    await expect(productsOf(join(folder, name), parseColumns(undefined))).rejects.toThrow(/can't read .*none/);
  }
  const empty = join(folder, 'empty.csv');
  writeFileSync(empty, `${HEAD}\n`);
  await expect(productsOf(empty, parseColumns(undefined))).rejects.toThrow('holds no order');
});

test('the sample file is read with a map of its columns', async () => {
  const columns = parseColumns('order_id=orderID,user_id=customer,product_id=sku,amount=total,timestamp=placed');
  const orders = await all(readOrders(SAMPLE, columns));
  expect(orders.length).toBe(12);
  expect(orders.every(({ product_id }) => /^P00[1-5]$/.test(product_id))).toBe(true);
});
