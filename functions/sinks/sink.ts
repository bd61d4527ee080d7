import type { Batch, Failure } from '#lib/kafka/batch.ts';

/** Writes batches to a store. */
export interface Sink {
  /**
   * Writes a batch. Idempotent, even if parts of the batch are written again, or several workers write at once.
   * @returns the records that are not in the store, and why; all other records are stored durably
   */
  write(batch: Batch): Promise<readonly Failure[]>;
  /** Whether a permanent failure with this code may be the store's fault, not the record's: see store-at-fault.ts. */
  readonly isAmbiguous?: (code: string) => boolean;
}
