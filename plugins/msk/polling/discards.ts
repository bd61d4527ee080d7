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

/** Sends what a mapping gives up to its on-failure destination, or drops it with a line that says what. */
export class Discards {
  readonly #options: DiscardsOptions;
  readonly #destination: Destination | undefined;

  constructor(options: DiscardsOptions) {
    this.#options = options;
    this.#destination = destinationOf(options);
    const { onFailure } = options.mapping;
    if (onFailure !== undefined && !this.#destination)
      options.log(
        `${options.mapping.logicalId}: nothing is sent to ${onFailure} on this machine, ` +
          'only to kafka:// and S3: what is given up is dropped with a line that names its offsets',
      );
  }

  /** Rejects where the destination fails: the records then aren't done. */
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
      log(`${what} can't be sent to ${mapping.onFailure} and is tried again: ${String(error)}`);
      throw error;
    }
    metrics.counts.OnFailureDestinationDeliveredEventCount += records;
    log(`${what} sent to ${mapping.onFailure}`);
  }
}
