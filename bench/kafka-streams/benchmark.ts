import type { Benchmark, Measured } from '../benchmark.ts';
import { type Comparison, compare } from './compare.ts';
import type { Batching } from './events.ts';

const ORDERS = 500_000;
const BATCHINGS: readonly Batching[] = [
  { name: 'batches of 1,000 of all partitions', records: 1_000, partitions: 'all' },
  { name: 'batches of 1,000 of one partition', records: 1_000, partitions: 'one' },
  { name: 'batches of 10,000 of all partitions', records: 10_000, partitions: 'all' },
];

/** Compares the windows of orders with Apache Kafka Streams. */
export const kafkaStreams: Benchmark = {
  what: `runs aggregateOrders and Apache Kafka Streams on ${ORDERS} orders, 50 products, 30 min of event time`,
  async run(scale, signal) {
    const load = { orders: Math.round(ORDERS * scale), products: 50, minutes: 30, disorderSeconds: 5, seed: 7 };
    return measured(await compare(load, BATCHINGS, signal));
  },
};

function measured(comparison: Comparison): Measured {
  const { windows, streams, ours } = comparison;
  const rows = [
    { name: 'Kafka Streams, one thread', ...streams, ratio: 1 },
    ...ours.map((run) => ({ ...run, name: `aggregateOrders, ${run.name}` })),
  ];
  return {
    figures: comparison,
    lines: rows.map(
      ({ name, recordsPerSecond, milliseconds, exact, ratio }) =>
        `${name.padEnd(52)} ${String(recordsPerSecond).padStart(8)} records/s  ` +
        `${(milliseconds / 1000).toFixed(1).padStart(6)} s  ${exact} of ${windows} results exact  x${ratio.toFixed(2)}`,
    ),
    failures: rows.flatMap(({ name, exact, ratio }) => [
      ...(exact === windows ? [] : [`${name}: ${windows - exact} of ${windows} results are wrong or missing`]),
      ...(ratio >= 1 ? [] : [`${name} is slower than one thread of Kafka Streams: ${ratio} of its rate`]),
    ]),
  };
}
