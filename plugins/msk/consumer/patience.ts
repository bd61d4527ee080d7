import type { Mapping } from '../template/mapping.ts';
import type { FetchWait } from './fetch.ts';

/** A mapping's queues. */
export interface Waiting {
  /** Whether a partition isn't fetched now, because its queue is full or its offset isn't known. */
  held: boolean;
  /** Queueing time of the oldest record that waits for an invocation, in milliseconds. Infinity if none waits. */
  since: number;
}

/**
 * How long an idle fetch waits at the broker. The first record ends the wait. Each mapping has such a fetch at each
 * broker, so shorter waits would cost an idle stack much CPU time.
 */
const idleMilliseconds = 3000;
/** When a held partition can be fetched again, it must not wait long for the current fetch of the others. */
const heldMilliseconds = 50;
/** The longest wait for more records. If the batch is full earlier, it waits for this fetch. */
const patientMilliseconds = 1000;
/** While the function is busy, more records can wait. When it is free, its next batch must have them. */
const busyMilliseconds = 200;
/** The last fetch of a batch returns so long before its window ends: else its records would wait for another window. */
const reserveMilliseconds = 20;
/** Bytes that end a patient wait: about as many as a full batch of small records has, but not more than this. */
const mostBytes = 256 * 1024;
const smallRecordBytes = 100;

/**
 * How long the next fetch of a mapping waits at the broker. Its first record ends the wait, so that a batching window
 * begins without a delay. While a window runs, many small fetches would only cost CPU time: the fetch then waits for
 * the end of the window, or for many records.
 *
 * @param now the current time in milliseconds
 */
export function patience(
  { windowMilliseconds, batchSize }: Pick<Mapping, 'windowMilliseconds' | 'batchSize'>,
  { held, since }: Waiting,
  now: number,
): FetchWait {
  const left = since + windowMilliseconds - now;
  const isNear = left > 0 && left <= reserveMilliseconds;
  const bytes = windowMilliseconds === 0 ? 1 : Math.min(batchSize * smallRecordBytes, mostBytes);
  if (held) return { milliseconds: heldMilliseconds, bytes };
  if (bytes === 1 || since === Number.POSITIVE_INFINITY || isNear) return { milliseconds: idleMilliseconds, bytes: 1 };
  const most = left > 0 ? Math.min(left - reserveMilliseconds, patientMilliseconds) : busyMilliseconds;
  return { milliseconds: Math.ceil(most), bytes };
}
