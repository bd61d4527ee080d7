import type { Mark } from './manifest.ts';

/** A record that a generator made, with its expectation as a mark. */
export interface GeneratedRecord {
  topic: string;
  /** null: the record has no key, as the producer in the requirements sends it. */
  key: string | null;
  /** null: a tombstone. */
  value: Buffer | null;
  mark: Mark;
  /** Called when the brokers have acknowledged it. */
  onAcknowledged?: () => void;
}
