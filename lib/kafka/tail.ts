import { type Batch, type Failure, partitionName, recordsOf } from './batch.ts';
import { type Coordinates, coordinatesText, type KafkaRecord } from './records.ts';

/** Partition name -> offset of its first record that is not done. */
export type Tails = ReadonlyMap<string, number>;

/** Where each partition has to be taken up again: at its first failure that is retriable. */
export function tailsOf(failures: readonly Failure[]): Tails {
  const tails = new Map<string, number>();
  for (const { record, error } of failures) {
    if (!error.retriable) continue;
    const name = partitionName(record);
    tails.set(name, Math.min(record.offset, tails.get(name) ?? record.offset));
  }
  return tails;
}

/** Whether the record will be delivered again: it, or one before it in its partition, is handed back. */
export function isInTail(tails: Tails, record: Coordinates): boolean {
  return record.offset >= (tails.get(partitionName(record)) ?? Number.POSITIVE_INFINITY);
}

/** The records to hand back: for each partition the first not done and every later one. */
export function tailRecords(batch: Pick<Batch, 'partitions'>, tails: Tails): KafkaRecord[] {
  return recordsOf(batch).filter((record) => isInTail(tails, record));
}

/** One line for a log or an error: where each partition stopped, and the first reason. */
export function describeTails(failures: readonly Failure[]): string {
  const first = failures.find(({ error }) => error.retriable);
  if (first === undefined) return 'nothing failed';
  const places = [...tailsOf(failures)].map(([name, offset]) => `${name} from offset ${offset}`).join(', ');
  return `${places}; first: ${coordinatesText(first.record)} ${first.error.code}: ${first.error.message}`;
}
