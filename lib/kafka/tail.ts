import { type Batch, type Failure, partitionName } from './batch.ts';
import { type Coordinates, coordinatesText, type KafkaRecord } from './records.ts';

/** Partition name -> offset of the first record that must be delivered again. */
export type Tails = ReadonlyMap<string, number>;

/** The tail of a partition starts at its first retriable failure. */
export function tailsOf(failures: readonly Failure[]): Tails {
  const tails = new Map<string, number>();
  for (const { record, error } of failures) {
    if (!error.retriable) continue;
    const name = partitionName(record);
    tails.set(name, Math.min(record.offset, tails.get(name) ?? record.offset));
  }
  return tails;
}

/** Whether the record is delivered again: it or an earlier record of its partition is handed back. */
export function isInTail(tails: Tails, record: Coordinates): boolean {
  return record.offset >= (tails.get(partitionName(record)) ?? Number.POSITIVE_INFINITY);
}

/** The records to hand back: for each partition, the first retriable failure and every later record. */
export function tailRecords(batch: Pick<Batch, 'partitions'>, tails: Tails): KafkaRecord[] {
  return batch.partitions.flatMap((own) => {
    const start = tails.get(partitionName(own)) ?? Number.POSITIVE_INFINITY;
    return own.records.filter(({ offset }) => offset >= start);
  });
}

/** One line for a log or an error: where the tail of each partition starts, and the first error. */
export function describeTails(failures: readonly Failure[]): string {
  const first = failures.find(({ error }) => error.retriable);
  if (first === undefined) return 'nothing failed';
  const places = [...tailsOf(failures)].map(([name, offset]) => `${name} from offset ${offset}`).join(', ');
  return `${places}; first: ${coordinatesText(first.record)} ${first.error.code}: ${first.error.message}`;
}
