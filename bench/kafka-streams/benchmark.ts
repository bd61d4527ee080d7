import type { Benchmark } from '../benchmark.ts';
import { compare, type Ours } from './compare.ts';

const ORDERS = 500_000;
/** A batch of 100 is far smaller than `batchSize`, so its figure has no bound. */
const OURS: readonly Ours[] = [
  { name: 'aggregateOrders, batches of 100 of all partitions', records: 100, partitions: 'all' },
  { name: 'aggregateOrders, batches of 1,000 of all partitions', records: 1_000, partitions: 'all', bound: 1 },
  { name: 'aggregateOrders, batches of 1,000 of one partition', records: 1_000, partitions: 'one', bound: 1 },
  { name: 'aggregateOrders, batches of 10,000 of all partitions', records: 10_000, partitions: 'all', bound: 1 },
];

/** Compares the windows of orders with Apache Kafka Streams. */
export const kafkaStreams: Benchmark = {
  what: `runs aggregateOrders and Apache Kafka Streams on ${ORDERS} orders, 50 products, 30 min of event time`,
  async run(scale, signal) {
    const load = { orders: Math.round(ORDERS * scale), products: 50, minutes: 30, disorderSeconds: 5, seed: 7 };
    return compare(load, OURS, signal);
  },
};
