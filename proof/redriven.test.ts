import { judge } from './judge.ts';
import { headersOf } from './log.fixture.ts';
import { archive, at, drop, produceAgain } from './mutations/mutation.fixture.ts';
import { ORDERS, ORDERS_DLQ, PROCESSED_ORDERS } from './orders/places.ts';
import { firstNameOf, isFor, redriveOf } from './truth/redriven.ts';
import { type Synthetic, syntheticWorld } from './world.fixture.ts';
import { type LogRecord, nameOf } from './world.ts';

const INDEX = 4;

/** An order that was UNKNOWN_PRODUCT when it came, and was redriven after its product came into the catalogue. */
function mendedWorld() {
  const synthetic = syntheticWorld();
  const { world } = synthetic;
  const order = at(world.topics[ORDERS].records, INDEX);
  const [name, source] = [nameOf(order), `${nameOf(order)}/redriven`];
  const [topic, partition, offset] = [order.topic, order.partition, order.offset].map(String);
  const letter = produceAgain(world, ORDERS_DLQ, 0, {
    key: order.key,
    value: order.value,
    headers: new Map([
      ...order.headers,
      ...headersOf({
        '__lambda.errors.topic': topic as string,
        '__lambda.errors.partition': partition as string,
        '__lambda.errors.offset': offset as string,
        '__lambda.errors.timestamp': String(order.timestamp),
        '__lambda.errors.function': 'processOrder',
        '__lambda.errors.exception': 'UNKNOWN_PRODUCT',
        '__lambda.errors.message': 'product_id: not in the catalogue',
      }),
    ]),
  });
  const again = produceAgain(world, ORDERS, INDEX, {
    headers: new Map([...order.headers, ...redriveHeaders(name, letter)]),
  });
  for (const record of [letter, again]) archive(world, record);
  const processed = [...world.topics[PROCESSED_ORDERS].records, ...world.s3.flatMap(({ records }) => records)];
  for (const record of processed) {
    if (record.headers.get('source')?.[0]?.toString() === name) record.headers = headersOf({ source });
  }
  for (const row of world.rds.orders) if (row.source === name) row.source = source;
  for (const item of world.dynamodb.orders) if (item['source'] === name) item['source'] = source;
  return { synthetic, again, source };
}

const redriveHeaders = (origin: string, letter: LogRecord) =>
  headersOf({
    origin,
    'redrive.id': '1795909392123-3f9ac1',
    'redrive.attempt': '1',
    'redrive.letter': nameOf(letter),
    'redrive.for': 'processOrder',
  });

const reportOf = ({ world, facts }: Synthetic) => judge(world, facts);

test('a redriven order is right: it is dead-lettered under its first coordinates, and stored once', () => {
  const report = reportOf(mendedWorld().synthetic);
  expect(report.findings).toEqual([]);
  expect(report.ok).toBe(true);
});

test('a redriven order that is not stored is lost', () => {
  const { synthetic, source } = mendedWorld();
  const { orders } = synthetic.world.rds;
  drop(
    orders,
    orders.findIndex((row) => row.source === source),
  );
  expect(reportOf(synthetic).findings).toEqual([
    { place: 'rds orders', kind: 'lost', count: 1, first: [{ id: source }] },
  ]);
});

test('a redriven order that is stored under its first coordinates too is unexpected', () => {
  const { synthetic, source } = mendedWorld();
  const { orders } = synthetic.world.rds;
  const row = orders.find((own) => own.source === source) as (typeof orders)[number];
  orders.push({ ...row, source: source.replace('/redriven', '') });
  expect(reportOf(synthetic)).toMatchObject({ ok: false, unexpected: 1 });
});

test('a redrive for a dead letter that does not exist mends nothing: the first order is lost', () => {
  const { synthetic, again } = mendedWorld();
  again.headers = new Map([...again.headers, ...headersOf({ 'redrive.letter': 'orders-dlq-2-999' })]);
  const { findings } = reportOf(synthetic);
  expect(findings).toContainEqual(expect.objectContaining({ place: 'rds orders', kind: 'lost' }));
  expect(findings).toContainEqual(expect.objectContaining({ place: ORDERS_DLQ, kind: 'unexpected' }));
});

test('headers that no redrive could have written mean nothing', () => {
  const { again } = mendedWorld();
  const forged = {
    ...again,
    headers: new Map([...again.headers, ['origin', [Buffer.from(nameOf(again))]]]),
  } as LogRecord;

  expect(redriveOf(again)).toMatchObject({ for: 'processOrder' });
  expect([isFor('processOrder')(again), isFor('archiveToS3')(again)]).toEqual([true, false]);
  expect(redriveOf(forged)).toBeUndefined();
  expect(firstNameOf(forged)).toBe(nameOf(forged));
});
