import type { Batch, BatchFunction, Failure } from './batch.ts';
import { isInTail, tailsOf } from './tail.ts';

/** The most records of a slice. A request for each thousand records costs little of their time. */
const SLICE = 1_000;

/**
 * Works on a large batch in slices, one after the other. Only one slice's results are in memory at a time. This takes
 * less memory, and a third less time for 10,000 records, as V8's garbage collector copies all objects that are in use.
 * The slices of a partition are in offset order. After a retriable failure, the rest of its partition isn't worked on:
 * it comes again.
 */
export function inSlices(work: BatchFunction, size = SLICE): BatchFunction {
  return async (batch) => {
    const failures: Failure[] = [];
    for (const slice of slicesOf(batch, size)) {
      const tails = tailsOf(failures);
      const partitions = slice.partitions.filter(({ records: [first] }) => first && !isInTail(tails, first));
      for (const failure of await work({ ...slice, partitions })) failures.push(failure);
    }
    return failures;
  };
}

function* slicesOf(batch: Batch, size: number): Generator<Batch> {
  let partitions: Batch['partitions'][number][] = [];
  let room = size;
  for (const own of batch.partitions) {
    for (let from = 0; from < own.records.length; ) {
      const records = own.records.slice(from, from + room);
      partitions.push({ ...own, records });
      from += records.length;
      room -= records.length;
      if (room > 0) continue;
      yield { ...batch, partitions };
      [partitions, room] = [[], size];
    }
  }
  if (partitions.length > 0) yield { ...batch, partitions };
}
