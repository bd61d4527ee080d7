import { setImmediate } from 'node:timers/promises';
import { asRetriable, toPipelineError } from '#lib/errors.ts';
import type { Batch, BatchFunction, Failure } from '#lib/kafka/batch.ts';
import type { KafkaRecord, PartitionRecords } from '#lib/kafka/records.ts';
import type { Aggregator } from '#lib/windows/aggregator.ts';
import { noCounts, type WindowCounts } from '#lib/windows/run.ts';
import type { ProductMetric } from '#lib/windows/state/metric.ts';
import { type RecordedOrder, readWindowOrder } from './window-order.ts';

export interface AggregateOptions {
  readonly aggregator: Aggregator;
  /** @throws TransientError where not all are acknowledged */
  readonly publish: (
    metrics: readonly ProductMetric[],
    batch: Pick<Batch, 'bootstrapServers' | 'deadline'>,
  ) => Promise<void>;
  /** called once per batch */
  readonly report: (counts: WindowCounts) => void;
  readonly now?: () => number;
}

/** Processes a batch of processed orders: decode and validate, count in windows, close the windows that are due. */
export function aggregate({ aggregator, publish, report, now = Date.now }: AggregateOptions): BatchFunction {
  async function onePartition({ partition, records }: PartitionRecords, batch: Batch, counts: WindowCounts) {
    const { orders, failures } = readOrders(records);
    const run = {
      deadline: batch.deadline,
      now: now(),
      counts,
      publish: (metrics: readonly ProductMetric[]) => publish(metrics, batch),
    };
    try {
      const refused = await aggregator.aggregate(partition, orders, run);
      return [...failures, ...refused.map(({ order, error }): Failure => ({ record: order.record, error }))];
    } catch (thrown) {
      // The whole partition may come again: the windows' states know the orders that are counted already.
      const error = asRetriable(thrown, 'WINDOWS', 'counting failed');
      return records.map((record): Failure => ({ record, error }));
    }
  }

  return async (batch) => {
    const counts = noCounts();
    const running: Promise<Failure[]>[] = [];
    for (const own of batch.partitions) {
      running.push(onePartition(own, batch, counts));
      // Sends this partition's requests to the table before the next partition is decoded.
      await setImmediate();
    }
    const failures = await Promise.all(running);
    report(counts);
    return failures.flat();
  };
}

/** Like eachRecord, without an extra object for each of ten thousand orders. */
function readOrders(records: readonly KafkaRecord[]) {
  const orders: RecordedOrder[] = [];
  const failures: Failure[] = [];
  for (const record of records) {
    try {
      orders.push(readWindowOrder(record));
    } catch (error) {
      failures.push({ record, error: toPipelineError(error) });
    }
  }
  return { orders, failures };
}
