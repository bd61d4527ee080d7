import type { KafkaRecord } from '../consumer/record.ts';
import type { Discard } from './batch-runner.ts';
import { type Destination, type DestinationContext, destinationOf } from './destinations.ts';
import type { Metrics } from './metrics.ts';
import { coordinates, count, type Slice } from './slices.ts';

export interface DiscardsOptions extends DestinationContext {
  functionKey: string;
  metrics: Metrics;
  log: (line: string) => void;
}

/** Sends a mapping's discarded records to its on-failure destination. Without one, it drops them and logs a line. */
export class Discards {
  readonly #options: DiscardsOptions;
  readonly #destination: Destination | undefined;

  constructor(options: DiscardsOptions) {
    this.#options = options;
    this.#destination = destinationOf(options);
    const { onFailure } = options.mapping;
    if (onFailure !== undefined && !this.#destination)
      options.log(
        `${options.mapping.logicalId}: the destination ${onFailure} does not work on this machine, kafka:// and S3 ` +
          'do. Discarded records are dropped, and a line names their offsets',
      );
  }

  /** Rejects if the destination fails. The records are then not done. */
  async discard(slices: readonly Slice[], why: Discard, delivered: Set<KafkaRecord>): Promise<void> {
    const { mapping, cluster, functionKey, metrics, log } = this.#options;
    const records = count(slices);
    const what = `${functionKey}: ${coordinates(slices)} (${records} records, ${why.condition})`;
    if (!this.#destination) {
      metrics.counts.DroppedEventCount += records;
      const where =
        mapping.onFailure === undefined ? 'there is no on-failure destination' : `not sent to ${mapping.onFailure}`;
      log(`${what} dropped, ${where}${why.reason === undefined ? '' : `: ${why.reason}`}`);
      return;
    }
    try {
      await this.#destination({
        functionArn: mapping.functionArn,
        eventSourceArn: mapping.eventSourceArn,
        bootstrapServers: cluster.bootstrapServers,
        partitions: slices.map(({ queue: { topic, partition }, records }) => ({ topic, partition, records })),
        why,
        at: new Date(),
        delivered,
      });
    } catch (error) {
      metrics.counts.OnFailureDestinationDeliveryErrorCount += 1;
      log(`${what} can't be sent to ${mapping.onFailure}, will be retried: ${String(error)}`);
      throw error;
    }
    metrics.counts.OnFailureDestinationDeliveredEventCount += records;
    log(`${what} sent to ${mapping.onFailure}`);
  }
}
