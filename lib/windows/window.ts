/** A window's length. It must not change, because the items' keys and the results hold only the window's start. */
export const WINDOW_MS = 60_000;

/** The rules of time, in ms. */
export interface WindowRules {
  /** how long a window stays open after its end, in stream time */
  readonly graceMs: number;
  /** an order is late if it is older than its partition's stream time by more than this */
  readonly latenessMs: number;
}

/**
 * The start of the window that holds a time, in ms since the epoch. Windows are aligned to the epoch, as in Kafka
 * Streams.
 */
export function windowOf(at: number): number {
  return Math.floor(at / WINDOW_MS) * WINDOW_MS;
}

/** Whether a clock (stream time or wall clock) has passed the end of a window plus its grace. */
export function isDue(start: number, clock: number, { graceMs }: Pick<WindowRules, 'graceMs'>): boolean {
  return clock >= start + WINDOW_MS + graceMs;
}

/** Whether an order is too old to be counted. */
export function isLate(at: number, streamTime: number, { latenessMs }: Pick<WindowRules, 'latenessMs'>): boolean {
  return at < streamTime - latenessMs;
}

/**
 * The bucket of a product: FNV-1a over its UTF-16 code units. Never change it: an order that is delivered again must go
 * to the bucket in which it was counted.
 */
export function bucketOf(productId: string, buckets: number): number {
  if (buckets === 1) return 0;
  let hash = 0x811c9dc5;
  for (let i = 0; i < productId.length; i += 1) {
    hash = Math.imul(hash ^ productId.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0) % buckets;
}

/** The longest retention of the aggregated topic in any stage (serverless.yml: topicRetentionMs). */
const TOPIC_RETENTION_SECONDS = 7 * 24 * 60 * 60;

/**
 * How long the table keeps a state after its last write: as long as an order of its window may still be counted, plus
 * as long as a counted batch may still be delivered again.
 */
export function retentionSeconds(latenessSeconds: number): number {
  return latenessSeconds + TOPIC_RETENTION_SECONDS;
}
