import type { LogRecord } from '#proof/world.ts';
import type { Graph } from '../../contract.ts';
import { type Found, stepsOf, storedKey } from './steps.ts';

const edge = (from: string, to: string) => ({ from, to, mapping: null });
const node = (id: string, domain: string | null = null): Graph['nodes'][number] => {
  const [kind = '', name = ''] = id.split(':');
  return { id, kind: kind as 'topic', name, domain };
};
const graph: Graph = {
  nodes: [
    node('function:processOrder', 'orders'),
    node('function:aggregateOrders', 'orders'),
    node('function:insertIntoRds'),
  ],
  edges: [
    edge('topic:orders', 'function:processOrder'),
    edge('function:processOrder', 'topic:processed-orders'),
    edge('function:processOrder', 'topic:orders-dlq'),
    edge('topic:processed-orders', 'function:insertIntoRds'),
    edge('topic:processed-orders', 'function:aggregateOrders'),
    edge('function:aggregateOrders', 'store:DynamoDB'),
    edge('function:insertIntoRds', 'store:PostgreSQL'),
    edge('function:insertIntoRds', 'topic:orders-dlq'),
  ],
};

function log(topic: string, offset: number, timestamp: number, headers: Record<string, string> = {}): LogRecord {
  const bytes = Object.entries(headers).map(([name, value]) => [name, [Buffer.from(value)]] as const);
  return { topic, partition: 0, offset, timestamp, key: null, value: null, headers: new Map(bytes) };
}
const origin = log('orders', 5, 1_000);
const processed = log('processed-orders', 7, 1_040, {
  source: 'orders-0-5',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
});
const letterOf = ({ topic, partition, offset }: LogRecord, functionName: string) =>
  log('orders-dlq', 2, 1_050, {
    '__lambda.errors.topic': topic,
    '__lambda.errors.partition': String(partition),
    '__lambda.errors.offset': String(offset),
    '__lambda.errors.function': functionName,
    '__lambda.errors.exception': 'SCHEMA',
    '__lambda.errors.message': 'amount: too small',
  });
const found = (more: Partial<Found> = {}): Found => ({
  origin,
  record: origin,
  produced: [],
  stored: new Map(),
  ...more,
});
const inRds = (value: Found['stored'] extends ReadonlyMap<string, infer V> ? V : never) =>
  new Map([[storedKey(processed, 'PostgreSQL'), value]]);
const brief = ({ steps }: ReturnType<typeof stepsOf>) =>
  steps.map(({ parent, name, state, from, to }) => [parent, name, state, from, to]);

test('a stored record has a step for each topic, function and store, with their times', () => {
  const stored = inRds([{ place: 'orders', at: 1_200, detail: '' }]);

  const way = stepsOf(found({ produced: [processed], stored }), graph, () => true);

  expect(brief(way)).toEqual([
    [null, 'orders-0-5', 'done', 1_000, 1_000],
    [0, 'processOrder', 'done', 1_000, 1_040],
    [1, 'processed-orders-0-7', 'done', 1_040, 1_040],
    [2, 'insertIntoRds', 'done', 1_040, 1_200],
    [3, 'PostgreSQL orders', 'done', 1_200, 1_200],
    [2, 'aggregateOrders', 'done', 1_040, null],
  ]);
  expect(way).toMatchObject({
    source: 'orders-0-5',
    trace: '4bf92f3577b34da6a3ce929d0e0e4736',
    isComplete: true,
  });
});

test('a record that waits is not complete, and says what is missing', () => {
  const way = stepsOf(found({ produced: [processed], stored: inRds([]) }), graph, (name) => name !== 'insertIntoRds');

  expect(brief(way)).toContainEqual([2, 'insertIntoRds', 'missing', 1_040, null]);
  expect(way.steps).toContainEqual(
    expect.objectContaining({ name: 'PostgreSQL', state: 'missing', detail: 'not yet' }),
  );
  expect(way.isComplete).toBe(false);
});

test('a committed record that its store does not have stands out', () => {
  const way = stepsOf(found({ produced: [processed], stored: inRds([]) }), graph, () => true);

  expect(way.steps).toContainEqual(
    expect.objectContaining({ name: 'PostgreSQL', state: 'missing', detail: 'committed, and not found' }),
  );
});

test('a store that does not answer is not shown as empty', () => {
  const way = stepsOf(found({ produced: [processed], stored: inRds({ failed: 'ECONNREFUSED' }) }), graph, () => true);

  expect(way.steps).toContainEqual(
    expect.objectContaining({ name: 'PostgreSQL', detail: "can't be read: ECONNREFUSED" }),
  );
});

test('a refused record leads to its dead letter', () => {
  const way = stepsOf(found({ produced: [letterOf(origin, 'processOrder')] }), graph, () => true);

  expect(brief(way)).toEqual([
    [null, 'orders-0-5', 'done', 1_000, 1_000],
    [0, 'processOrder', 'dead letter', 1_000, 1_050],
    [1, 'orders-dlq-0-2', 'dead letter', 1_050, 1_050],
  ]);
  expect(way.steps[2]?.detail).toBe('SCHEMA: amount: too small');
});

test('a record that a sink refuses has its dead letter there, and is not missing in the store', () => {
  const produced = [processed, letterOf(processed, 'insertIntoRds')];

  const way = stepsOf(found({ produced, stored: inRds([]) }), graph, () => true);

  expect(brief(way).map(([parent, name, state]) => [parent, name, state])).toEqual([
    [null, 'orders-0-5', 'done'],
    [0, 'processOrder', 'done'],
    [1, 'processed-orders-0-7', 'done'],
    [2, 'insertIntoRds', 'dead letter'],
    [3, 'orders-dlq-0-2', 'dead letter'],
    [2, 'aggregateOrders', 'done'],
  ]);
});

test('a record that is gone says so', () => {
  const way = stepsOf(found({ record: undefined }), graph, () => true);

  expect(way).toMatchObject({ steps: [{ name: 'orders-0-5', state: 'missing', from: null }], isComplete: false });
});

test('a function that does not run here has no step', () => {
  expect(brief(stepsOf(found(), graph, () => undefined))).toHaveLength(1);
});
