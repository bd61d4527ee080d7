import type { Mark } from './manifest.ts';

/** A record that a generator made, with what must become of it. */
export interface GeneratedRecord {
  topic: string;
  /** null: the record has no key, as seed 000's producer sends it. */
  key: string | null;
  /** null: a tombstone. */
  value: Buffer | null;
  mark: Mark;
  /** Called when the brokers have it. */
  onAcknowledged?: () => void;
}
