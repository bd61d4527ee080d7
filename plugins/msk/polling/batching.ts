/** Lambda's limit on a synchronous invocation's payload: 6 MB (AWS: "Lambda quotas"). */
export const payloadLimit = 6 * 1024 * 1024;

export interface BatchLimits {
  /** Maximum number of records in an invocation, over all partitions. */
  batchSize: number;
  /** Maximum bytes of an invocation's records as JSON. */
  maxBytes: number;
}

/**
 * How many records from the front of each queue go into the next batch. Earlier queues come first. A queue's records
 * stay in order: if a record doesn't fit, no record after it is taken. A record that exceeds the limit alone becomes a
 * batch of one record. Otherwise it would block its partition forever.
 *
 * @param queues each queue's record sizes in bytes, oldest record first
 * @example take([[10, 10], [10]], { batchSize: 2, maxBytes: 100 }) // [2, 0]
 */
export function take(queues: readonly Iterable<number>[], limits: BatchLimits): number[] {
  let records = 0;
  let bytes = 0;
  return queues.map((queue) => {
    let taken = 0;
    for (const size of queue) {
      if (records === limits.batchSize || (records > 0 && bytes + size > limits.maxBytes)) break;
      records += 1;
      bytes += size;
      taken += 1;
    }
    return taken;
  });
}
