import { retry } from '#lib/deadline.ts';
import { asRetriable } from '#lib/errors.ts';
import type { Batch, Failure } from '#lib/kafka/batch.ts';
import type { PartitionRecords } from '#lib/kafka/records.ts';
import { sideBySide } from '#lib/side-by-side.ts';
import type { Sink } from '../sink.ts';
import { storeError } from '../store-error.ts';
import { type ArchiveStores, archive, type Checkpoint } from './archive.ts';
import { checkpointId } from './object.ts';

/** A batch rarely has more partitions. Each one holds its lines and their gzip in memory. */
const PARTITIONS_AT_ONCE = 8;
const CODE = 'ARCHIVE';

export interface S3SinkOptions {
  readonly stores: ArchiveStores;
  /** topic -> its epoch, where that isn't 0 */
  readonly epochs: Readonly<Record<string, number>>;
}

/**
 * Archives every record unchanged. A line can hold any bytes, so the archive never rejects a record: all failures are
 * retriable, and there are no dead letters (see `deadLetterTopicOf`).
 */
export function s3Sink({ stores, epochs }: S3SinkOptions): Sink {
  /**
   * The last checkpoint of each log that this execution environment knows: saves the read. If it is outdated, the next
   * write returns the current one.
   */
  const known = new Map<string, Checkpoint>();

  async function writePartition({ topic, partition, records }: PartitionRecords, { deadline }: Batch) {
    const log = { topic, partition, epoch: epochs[topic] ?? 0 };
    const id = checkpointId(log);
    const attempt = async () => {
      const from = known.get(id) ?? (await stores.checkpoints.read(id, deadline));
      known.delete(id);
      known.set(id, await archive(log, records, from, stores, deadline));
    };
    try {
      await retry(attempt, { deadline });
      return [];
    } catch (thrown) {
      const error = asRetriable(storeError(thrown, CODE), CODE);
      return records.map((record): Failure => ({ record, error }));
    }
  }

  return {
    write: async (batch) =>
      (await sideBySide(batch.partitions, PARTITIONS_AT_ONCE, (partition) => writePartition(partition, batch))).flat(),
  };
}
