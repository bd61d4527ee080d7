/** A window's length; fixed, as its items' keys and results name its start alone. */
export const WINDOW_MS = 60_000;

/** The rules of time. All in ms. */
export interface WindowRules {
  /** how long after its end a window still waits, in stream time */
  readonly graceMs: number;
  /** an order that is older than its partition's stream time by more is late */
  readonly latenessMs: number;
}

/** The window that holds a time: its start in ms since the epoch. Windows begin at the epoch, as Kafka Streams' do. */
export function windowOf(at: number): number {
  return Math.floor(at / WINDOW_MS) * WINDOW_MS;
}

/** Whether a clock (stream time or the wall's) has passed the end of a window and its grace. */
export function isDue(start: number, clock: number, { graceMs }: Pick<WindowRules, 'graceMs'>): boolean {
  return clock >= start + WINDOW_MS + graceMs;
}

/** Whether an order is too old to be counted. */
export function isLate(at: number, streamTime: number, { latenessMs }: Pick<WindowRules, 'latenessMs'>): boolean {
  return at < streamTime - latenessMs;
}

/**
 * The bucket of a product: FNV-1a over its UTF-16 code units. Never change it: an order that is redelivered must find
 * the bucket in which it was counted.
 */
export function bucketOf(productId: string, buckets: number): number {
  if (buckets === 1) return 0;
  let hash = 0x811c9dc5;
  for (let i = 0; i < productId.length; i += 1) {
    hash = Math.imul(hash ^ productId.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0) % buckets;
}

/** The longest that a stage keeps a record of the aggregated topic (serverless.yml: topicRetentionMs). */
const TOPIC_RETENTION_SECONDS = 7 * 24 * 60 * 60;

/**
 * How long the table keeps a window after its last write: as long as an order of it may still be counted, and as a
 * batch that was counted may still be delivered again.
 */
export function retentionSeconds(latenessSeconds: number): number {
  return latenessSeconds + TOPIC_RETENTION_SECONDS;
}
