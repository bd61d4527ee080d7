import { spawn } from 'node:child_process';
import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { Client } from 'pg';
import { type Ask, lettersOf, localService, sentLetters } from '#functions/ops/redrive/ask.ts';
import { newId, startOf } from '#functions/ops/redrive/plan.ts';
import { within } from '#lib/deadline.ts';
import { createProducer } from '#lib/kafka/client/producer.ts';
import { item } from '#lib/stores/attributes.ts';
import { dynamodbOf } from '#local/deploy/servers.ts';
import { clusterAt } from '#local/kafkajs-options.ts';
import type { StackFile } from '#local/stack-file.ts';
import type { Report } from '#proof/report.ts';
import { summary } from '#proof/summary.ts';
import products from '#resources/catalogue/products.json' with { type: 'json' };
import { type Checkout, copyCheckout } from './support/checkout.ts';
import { eventually } from './support/eventually.ts';

/**
 * Orders of a product that isn't in the catalogue become dead letters; the catalogue is mended; they are redriven:
 * `npm run test:long -- redrive`. The redrive is killed in the middle and resumed, and then repeated under a new id. The
 * report must be ok: each order is in the stores once, and every window is exact. In the same run, PostgreSQL refuses
 * generic records, and their dead letters are redriven to it alone.
 */
const ORDERS = 1_000;
const PRODUCT = 'P001';
const GENERIC = 50;
const CODE = 'UNKNOWN_PRODUCT';
const SECONDS = 120;
const START_BOUND_SECONDS = 240;
const BOUND_SECONDS = SECONDS + 300 + 120;
/** The redrive takes some ten seconds, and is killed when it has sent this many records. */
const RATE = 100;
const KILLED_AT = 300;

const checkout = await copyCheckout();
process.once('SIGINT', () => void checkout.remove().finally(() => process.exit(130)));
try {
  process.exitCode = (await redrivenRun(checkout)) ? 0 : 1;
} finally {
  await checkout.remove();
}

async function redrivenRun(own: Checkout): Promise<boolean> {
  const load = ['--only', 'orders,demo', '--orders', '20', '--duration', String(SECONDS), '--seed', '5'];
  // Without a cache of the product's name, its orders are refused as soon as it is removed.
  const run = own.start([...load, '--param', 'catalogueCacheSeconds=0.001']);
  await run.says(/produced [1-9]/, START_BOUND_SECONDS);
  const stack = await run.stack();
  const ask = localService(clusterAt(stack.endpoints.kafka));

  await changeCatalogue(stack, async (client, table) => {
    await client.send(new DeleteItemCommand({ TableName: table, Key: { product_id: { S: PRODUCT } } }));
  });
  await sendOrders(stack);
  await deadLetters(ask, ORDERS, { topic: 'orders-dlq', filter: { codes: [CODE] } });
  const product = products.find(({ product_id }) => product_id === PRODUCT) ?? {};
  await changeCatalogue(stack, async (client, table) => {
    await client.send(new PutItemCommand({ TableName: table, Item: item(product) }));
  });

  const id = newId();
  const redrive = ['orders-dlq', '--code', CODE];
  const killed = await dlq(own, [...redrive, '--id', id, '--rate', String(RATE)], KILLED_AT);
  console.log(`redrive ${id} was killed: ${killed.signal}`);
  const resumed = await dlq(own, [...redrive, '--id', id, '--rate', String(RATE)]);
  const letters = await sentLetters(ask, { id, topic: 'orders', since: startOf(id) ?? 0 });
  const repeated = await dlq(own, [...redrive, '--rate', '1000']);
  const stored = await refusedByStore(own, stack, ask);
  const code = await run.exitCode(BOUND_SECONDS);
  const report = await run.report();
  console.log(summary(report));
  return allHold({
    'it was killed in the middle': killed.signal === 'SIGKILL' && killed.sent < ORDERS,
    'the resumed redrive ended well': resumed.code === 0 && resumed.sent >= ORDERS,
    'no record was sent twice under its id': new Set(letters).size === letters.length && letters.length >= ORDERS,
    'the repeated redrive ended well': repeated.code === 0 && repeated.sent >= ORDERS,
    'the redrive to a store ended well': stored.code === 0 && stored.sent === GENERIC,
    'the report is clean': code === 0 && report.ok,
    'every window is exact': exactWindows(report),
  });
}

function exactWindows({ domains }: Report): boolean {
  const { expected, exact } = domains.orders.windows;
  return expected > 0 && exact === expected;
}

async function changeCatalogue(
  { endpoints, references }: StackFile,
  change: (client: ReturnType<typeof dynamodbOf>, table: string) => Promise<void>,
): Promise<void> {
  const client = dynamodbOf(endpoints);
  await change(client, String(references?.['ProductsTable']?.['Ref'])).finally(() => client.destroy());
}

async function sendOrders({ endpoints }: StackFile): Promise<void> {
  const producer = createProducer({ auth: 'none', clientId: 'test', limits: {} });
  const orders = Array.from({ length: ORDERS }, (_, n) => {
    const order_id = `redriven-${n}`;
    const order = { order_id, user_id: `U${n % 7}`, product_id: PRODUCT, amount: (n + 1) / 100, timestamp: Date.now() };
    return { topic: 'orders', key: order_id, value: JSON.stringify(order), headers: [] };
  });
  await producer.send(endpoints.kafka, orders, within(30_000));
  await producer.close();
}

/** Generic records that PostgreSQL refuses until its table is changed back. */
async function refusedByStore(own: Checkout, { endpoints }: StackFile, ask: Ask): Promise<Ended> {
  const postgres = new Client({ connectionString: endpoints.postgres });
  await postgres.connect();
  try {
    await postgres.query("ALTER TABLE records ADD CONSTRAINT refused CHECK (key_text <> 'refused') NOT VALID");
    const producer = createProducer({ auth: 'none', clientId: 'test', limits: {} });
    const record = { topic: 'demo_topic', key: 'refused', value: '{"refused":true}', headers: [] };
    await producer.send(endpoints.kafka, Array(GENERIC).fill(record), within(30_000));
    await producer.close();
    await deadLetters(ask, GENERIC, { topic: 'demo-dlq', filter: { functions: ['insertIntoRds'] } });
    await postgres.query('ALTER TABLE records DROP CONSTRAINT refused');
    return await dlq(own, ['demo-dlq', '--function', 'insertIntoRds']);
  } finally {
    await postgres.end();
  }
}

async function deadLetters(ask: Ask, count: number, asked: Parameters<typeof lettersOf>[1]): Promise<void> {
  const there = async () => (await lettersOf(ask, asked)).letters.length >= count;
  await eventually(there, { what: `${count} dead letters in ${asked.topic}`, boundMs: 60_000 });
  console.log(`${count} dead letters are in ${asked.topic}`);
}

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** records that the command said it had sent */
  sent: number;
}

/** Runs `npm run dlq -- redrive`. @param killAt kills it once it has sent that many records */
function dlq(own: Checkout, options: readonly string[], killAt = Number.POSITIVE_INFINITY): Promise<Ended> {
  const args = ['cli/dlq.ts', 'redrive', ...options];
  const child = spawn(process.execPath, args, { cwd: own.folder, stdio: ['ignore', 'inherit', 'pipe'] });
  let sent = 0;
  child.stderr.on('data', (chunk: Buffer) => {
    process.stderr.write(chunk);
    sent = Number(/^(\d+) of/m.exec(String(chunk))?.[1] ?? sent);
    if (sent >= killAt) child.kill('SIGKILL');
  });
  return new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal, sent })));
}

function allHold(checks: Readonly<Record<string, boolean>>): boolean {
  for (const [what, held] of Object.entries(checks)) console.log(`${held ? 'holds' : 'DOES NOT HOLD'}: ${what}`);
  return Object.values(checks).every(Boolean);
}
