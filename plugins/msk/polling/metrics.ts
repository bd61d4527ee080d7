import type { Position } from '../consumer/cluster.ts';
import type { MappingMetrics, PartitionStatus } from '../contract.ts';
import { emptyDistribution } from '../metrics/distribution.ts';

type Lag = 'MaxOffsetLag' | 'SumOffsetLag' | 'OffsetLag';
export type Counts = Omit<MappingMetrics, Lag>;

/** The counts of one mapping, and the positions of its group. */
export class Metrics {
  readonly counts: Counts = {
    PolledEventCount: 0,
    FilteredOutEventCount: 0,
    InvokedEventCount: 0,
    FailedInvokeEventCount: 0,
    DroppedEventCount: 0,
    OnFailureDestinationDeliveredEventCount: 0,
    CommittedEventCount: 0,
    PollingErrorCount: 0,
    InvokeErrorCount: 0,
    OnFailureDestinationDeliveryErrorCount: 0,
    CommitErrorCount: 0,
  };
  readonly durations = emptyDistribution();
  readonly ages = emptyDistribution();
  readonly #positions = new Map<number, { committed: number; end: number }>();
  /** Whether the cluster has returned all positions once. */
  known = false;

  /** Number of partitions with a known position. */
  get partitions(): number {
    return this.#positions.size;
  }

  /** The known positions, in order of the partitions. @param oldest see PartitionStatus */
  partitionsWith(oldest: ReadonlyMap<number, number | undefined>): PartitionStatus[] {
    if (!this.known) return [];
    return [...this.#positions]
      .toSorted(([one], [other]) => one - other)
      .map(([partition, position]) => ({ partition, ...position, oldest: oldest.get(partition) ?? null }));
  }

  get values(): MappingMetrics {
    const lags = [...this.#positions.values()].map(({ committed, end }) => Math.max(0, end - committed));
    const sum = this.known ? lags.reduce((total, lag) => total + lag, 0) : null;
    return {
      ...this.counts,
      MaxOffsetLag: this.known ? Math.max(0, ...lags) : null,
      SumOffsetLag: sum,
      OffsetLag: sum,
    };
  }

  polled(partition: number, records: number, end: number): void {
    this.counts.PolledEventCount += records;
    this.#position(partition).end = end;
  }

  committed(partition: number, next: number, records: number): void {
    this.counts.CommittedEventCount += records;
    this.#position(partition).committed = next;
  }

  /** @param ends the partitions' ends. A fetch may wait long before it tells them. */
  reached(ends: ReadonlyMap<number, number>): void {
    for (const [partition, end] of ends) {
      const position = this.#positions.get(partition);
      if (position) position.end = Math.max(position.end, end);
    }
  }

  /** @param isOwned whether this poller reads the partition. Its own committed offset is then newer. */
  positioned(positions: ReadonlyMap<number, Position>, isOwned: (partition: number) => boolean): void {
    for (const [partition, { offset, end }] of positions) {
      const owned = isOwned(partition);
      const position = this.#position(partition);
      position.end = Math.max(position.end, end);
      if (!owned || !this.known) position.committed = Math.max(offset, owned ? position.committed : 0);
    }
    this.known = true;
  }

  #position(partition: number): { committed: number; end: number } {
    const position = this.#positions.get(partition) ?? { committed: 0, end: 0 };
    this.#positions.set(partition, position);
    return position;
  }
}
