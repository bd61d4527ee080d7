import { setImmediate } from 'node:timers/promises';
import { type PipelineError, TransientError, toPipelineError } from '#lib/errors.ts';
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
  /** told once per batch */
  readonly report: (counts: WindowCounts) => void;
  readonly now?: () => number;
}

/** What happens to a batch of processed orders: decode and validate, count in windows, close those that are due. */
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
      // What is counted is found again in the states: the whole partition may come once more.
      const error = asRetriable(thrown);
      return records.map((record): Failure => ({ record, error }));
    }
  }

  return async (batch) => {
    const counts = noCounts();
    const running: Promise<Failure[]>[] = [];
    for (const own of batch.partitions) {
      running.push(onePartition(own, batch, counts));
      // What this one asks of the table is on its way while the next one is decoded.
      await setImmediate();
    }
    const failures = await Promise.all(running);
    report(counts);
    return failures.flat();
  };
}

/** As eachRecord does, without an object of its own for each of ten thousand orders. */
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

/** No single order is at fault where counting them fails. */
function asRetriable(thrown: unknown): PipelineError {
  const error = toPipelineError(thrown);
  return error.retriable
    ? error
    : new TransientError('WINDOWS', `counting failed: ${error.message}`, { cause: thrown });
}
