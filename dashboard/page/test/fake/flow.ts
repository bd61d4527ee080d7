import type { Flow, Graph, MappingFlow } from '../../../contract.ts';

/** Records a second of each topic. */
const RATES: Record<string, number> = {
  'raw-data-topic': 200,
  'processed-data-topic': 198,
  'alerts-topic': 68,
  'raw-data-dlq': 2.4,
  'trips-topic': 0.6,
  orders: 40,
  'processed-orders': 38.6,
  'orders-dlq': 1.4,
  'product-metrics': 3.3,
  'user-login': 20,
  'user-login-processed': 19.6,
  'user-login-dlq': 0.4,
  demo_topic: 4,
};
/** Mappings that lag, in records. */
const LAGS: Record<string, number> = {
  'upsertIntoDynamodb processed-data-topic': 640,
  'archiveToS3 raw-data-topic': 86,
};

/** What each mapping does at a time: rates that change a little, and a lag that comes and goes. */
export function flowAt(graph: Graph, now: number, seconds: number): Flow {
  const wave = (shift: number, size: number) => 1 + size * Math.sin(seconds / 7 + shift);
  const rateOf = (topic: string, shift: number) => (RATES[topic] ?? 0) * wave(shift, 0.04);
  const mappings = graph.edges.flatMap(({ mapping }, index): MappingFlow[] => {
    if (mapping === null) return [];
    const [fn = '', topic = ''] = mapping.split(' ');
    const perSecond = rateOf(topic, index);
    const lag = Math.round((LAGS[mapping] ?? perSecond / 40) * (1 + 0.8 * Math.sin(seconds / 20 + index)));
    const share = [0.5, 0.3, 0.2].map((part) => Math.round(lag * part));
    const since = lag === 0 ? 0 : lag / Math.max(1, perSecond);
    return [
      {
        id: mapping,
        function: fn,
        topic,
        group: `${fn}-${topic}-v1`,
        perSecond,
        lag: share.reduce((sum, part) => sum + part, 0),
        lagSeconds: since,
        clearedIn: lag > 50 ? since * 3 : lag === 0 ? 0 : null,
        partitions: share.map((part, partition) => ({
          partition,
          lag: part,
          lagSeconds: (since * part) / Math.max(1, share[0] as number),
          clearedIn: part > 50 ? since * 3 : null,
        })),
        failing: false,
        problem: null,
      },
    ];
  });
  const topics = graph.nodes
    .filter(({ kind }) => kind === 'topic')
    .map(({ name }, index) => ({
      topic: name,
      perSecond: rateOf(name, index),
      end: Math.round(seconds * rateOf(name, 0)),
    }));
  const servers = ['kafka', 's3', 'postgres', 'dynamodb', 'opensearch'].map((name) => ({
    name,
    up: true,
    since: now - seconds * 1000,
  }));
  return { mappings, topics, servers };
}
