import type { Graph } from '../../contract.ts';
import { graph } from '../test/fake/graph.ts';
import { place } from './layout.ts';

test('each topic has a row; a topic stands one column after the function that writes it', () => {
  const { topics, steps, columns } = place(graph());
  const column = Object.fromEntries(topics.map(({ node, column: at }) => [node.name, at]));

  expect(new Set(topics.map(({ row }) => row)).size).toBe(graph().nodes.filter(({ kind }) => kind === 'topic').length);
  expect(column).toMatchObject({
    orders: 0,
    'processed-orders': 1,
    'product-metrics': 2,
    'orders-dlq': 2,
    demo_topic: 0,
  });
  expect(columns).toBe(3);
  expect(steps.map(({ node, mapping }) => [node.name, mapping])).toContainEqual([
    'aggregateOrders',
    'aggregateOrders processed-orders',
  ]);
});

test('a function that writes no topic but dead letters is a column, with a stop for each topic that it reads', () => {
  const plain = graph();
  const withDeadLetters: Graph = {
    nodes: plain.nodes,
    edges: [...plain.edges, { from: 'function upsertIntoDynamodb', to: 'topic raw-data-dlq', mapping: null }],
  };
  const { sinks, topics } = place(withDeadLetters);

  expect(sinks.map(({ node }) => node.name)).toEqual([
    'archiveToS3',
    'insertIntoRds',
    'upsertIntoDynamodb',
    'indexAlerts',
  ]);
  expect(sinks[0]?.stops.size).toBe(topics.length);
  expect([...(sinks[3]?.stops ?? [])]).toEqual([['topic alerts-topic', 'indexAlerts alerts-topic']]);
});

test('topics that write each other in a circle are placed too', () => {
  const node = (id: string, kind: 'topic' | 'function') => ({ id, kind, name: id, domain: null });
  const edge = (from: string, to: string) => ({ from, to, mapping: null });
  const circle: Graph = {
    nodes: [node('a', 'topic'), node('b', 'topic'), node('f', 'function'), node('g', 'function')],
    edges: [edge('a', 'f'), edge('f', 'b'), edge('b', 'g'), edge('g', 'a')],
  };

  expect(place(circle).topics.map(({ node: { name } }) => name)).toEqual(expect.arrayContaining(['a', 'b']));
});
