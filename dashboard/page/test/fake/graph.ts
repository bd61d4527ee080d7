import type { Graph } from '../../../contract.ts';

const FLOWS: [domain: string, from: string, fn: string, to: string[]][] = [
  ['fleet', 'raw-data-topic', 'processTelemetry', ['processed-data-topic', 'alerts-topic', 'raw-data-dlq']],
  ['orders', 'orders', 'processOrder', ['processed-orders', 'orders-dlq']],
  ['orders', 'processed-orders', 'aggregateOrders', ['product-metrics', 'orders-dlq']],
  ['logins', 'user-login', 'processLogin', ['user-login-processed', 'user-login-dlq']],
];
const ALONE: [domain: string, topic: string][] = [
  ['fleet', 'trips-topic'],
  ['demo', 'demo_topic'],
  ['demo', 'demo-dlq'],
];
const STORED = [
  'trips-topic',
  'processed-data-topic',
  'alerts-topic',
  'processed-orders',
  'user-login-processed',
  'demo_topic',
];

/** The flow of the reference: its topics, functions and stores. */
export function graph(): Graph {
  const domains = new Map<string, string>();
  for (const [domain, from, , to] of FLOWS) for (const topic of [from, ...to]) domains.set(topic, domain);
  for (const [domain, topic] of ALONE) domains.set(topic, domain);
  const topics = [...domains.keys()];
  const sinks: [fn: string, store: string, reads: string[]][] = [
    ['archiveToS3', 'S3', topics],
    ['insertIntoRds', 'PostgreSQL', [...STORED, 'product-metrics']],
    ['upsertIntoDynamodb', 'DynamoDB', STORED],
    ['indexAlerts', 'OpenSearch', ['alerts-topic']],
  ];
  const node = (kind: 'topic' | 'function' | 'store', name: string, domain: string | null = null) => ({
    id: `${kind} ${name}`,
    kind,
    name,
    domain,
  });
  const edge = (from: string, to: string, mapping: string | null = null) => ({ from, to, mapping });
  return {
    nodes: [
      ...topics.map((topic) => node('topic', topic, domains.get(topic) ?? null)),
      ...FLOWS.map(([domain, , fn]) => node('function', fn, domain)),
      ...sinks.flatMap(([fn, store]) => [node('function', fn), node('store', store)]),
    ],
    edges: [
      ...FLOWS.flatMap(([, from, fn, to]) => [
        edge(`topic ${from}`, `function ${fn}`, `${fn} ${from}`),
        ...to.map((topic) => edge(`function ${fn}`, `topic ${topic}`)),
      ]),
      ...sinks.flatMap(([fn, store, reads]) => [
        ...reads.map((topic) => edge(`topic ${topic}`, `function ${fn}`, `${fn} ${topic}`)),
        edge(`function ${fn}`, `store ${store}`),
      ]),
    ],
  };
}
