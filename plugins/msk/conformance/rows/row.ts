import type { Seen } from '../seen/seen.ts';
import type { Act } from './act.ts';

/** A record to produce. */
export interface Send {
  partition?: number;
  key?: string;
  /** Text. Null for a tombstone. */
  value?: string | null;
  /** Base64 of the value, instead of `value`. */
  bytes?: string;
  /** A value of this many bytes, instead of `value`. */
  size?: number;
  /** Name and base64 of the value, in order. Null: a header without a value. */
  headers?: [name: string, bytes: string | null][];
  /** ms since the epoch */
  timestamp?: number;
  /** The timestamp is this long ago. */
  ageSeconds?: number;
  /** What the probe does. `patient`: only for a while, which depends on the place: see `Place.patienceMs`. */
  act?: Omit<Act, 'until'> & { patient?: true };
}

/** Records of one request to the broker. */
export interface Request {
  sends: Send[];
  codec?: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';
  /** In a transaction that ends so. */
  ends?: 'commit' | 'abort';
}

/** One rule of Lambda, the mapping that shows it, and the judge of what the function saw. */
export interface Row {
  /** The end of the topic's name. */
  id: string;
  /** The rule, as in a row of docs/conformance.md. */
  rule: string;
  partitions?: number;
  topicConfigs?: Record<string, string>;
  /** Properties of the `msk` event, besides arn, topic, group and starting position. */
  mapping?: Record<string, unknown>;
  /**
   * Properties of a raw mapping instead of an event, which the plugin refuses to package. Only on this machine: Lambda may
   * refuse it too.
   */
  raw?: Record<string, unknown>;
  /** Whether the mapping has an on-failure topic. */
  dead?: true;
  /** Produced before the mapping begins to read. Without it, a record "hello" is. */
  before?: Request[];
  /** Produced in this order, each as soon as the function has seen a record of the one before, or of `before`. */
  steps?: Request[][];
  /** A record "tick <n>" is produced again and again, until the function has seen some. */
  ticks?: true;
  /** The differences from what is documented. Empty if there are none. */
  judge(seen: Seen, place: JudgedPlace): string[];
}

/** What the judges must know of the place. */
export interface JudgedPlace {
  /** The ARN of the cluster. */
  cluster: string;
}

/** The value of the record that shows that a mapping reads. The judges don't see it. */
export const HELLO = 'hello';

/** Records "<first>", "<first + 1>", … for one partition. */
export function numbered(partition: number, first: number, count: number, more: Partial<Send> = {}): Send[] {
  return Array.from({ length: count }, (_, index) => ({ partition, value: String(first + index), ...more }));
}

/** Texts "<first>", "<first + 1>", … */
export const texts = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => String(first + index));

export const request = (...sends: Send[]): Request => ({ sends });
