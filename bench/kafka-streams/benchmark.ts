import type { Benchmark } from '../benchmark.ts';
import { compare } from './compare.ts';
import type { Batching } from './events.ts';

const ORDERS = 500_000;
const BATCHINGS: readonly Batching[] = [
  { name: 'aggregateOrders, batches of 1,000 of all partitions', records: 1_000, partitions: 'all' },
  { name: 'aggregateOrders, batches of 1,000 of one partition', records: 1_000, partitions: 'one' },
  { name: 'aggregateOrders, batches of 10,000 of all partitions', records: 10_000, partitions: 'all' },
];

/** Compares the windows of orders with Apache Kafka Streams. */
export const kafkaStreams: Benchmark = {
  what: `runs aggregateOrders and Apache Kafka Streams on ${ORDERS} orders, 50 products, 30 min of event time`,
  async run(scale, signal) {
    const load = { orders: Math.round(ORDERS * scale), products: 50, minutes: 30, disorderSeconds: 5, seed: 7 };
    return compare(load, BATCHINGS, signal);
  },
};
