/** The header of a record that tells the probe what to do. */
export const ACT_HEADER = 'act';

/** What the probe does with a batch that contains the record. */
export interface Act {
  /** ms since the epoch: later, the probe does nothing. */
  until?: number;
  /** Waits before it returns. */
  holdMs?: number;
  throws?: true;
  /** Ends its process. */
  exit?: true;
  /** Returns the record in `batchItemFailures`. */
  report?: true;
  /** Returns this. */
  answer?: unknown;
}
