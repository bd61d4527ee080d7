import { TransientError } from '../errors.ts';
import { type Batch, type Failure, partitionName } from './batch.ts';
import type { MskBatchResponse } from './event.ts';
import { describeTails, tailRecords, tailsOf } from './tail.ts';

/** `report` if the event source mapping has ReportBatchItemFailures, otherwise `throw`. */
export type HandingBack = 'throw' | 'report';

type Answer = (batch: Batch, failures: readonly Failure[]) => MskBatchResponse | undefined;

const answers: Record<HandingBack, Answer> = {
  /** Without ReportBatchItemFailures, Lambda reads a returned list as success: only an error keeps the batch. */
  throw(_, failures) {
    if (tailsOf(failures).size === 0) return undefined;
    throw new TransientError('HANDED_BACK', `the batch is handed back: ${describeTails(failures)}`);
  },
  /**
   * Lists the tail of each partition, not only the failed records. This is right whether Lambda retries exactly the
   * listed records or resumes at the first of them, and it keeps the order within the partition.
   */
  report: (batch, failures) => ({
    batchItemFailures: tailRecords(batch, tailsOf(failures)).map((record) => ({
      itemIdentifier: { partition: partitionName(record), offset: record.offset },
    })),
  }),
};

/**
 * Tells the event source mapping which records it must deliver again.
 * @throws TransientError HANDED_BACK in `throw` mode, where a failure is retriable
 */
export function handBack(mode: HandingBack, batch: Batch, failures: readonly Failure[]): MskBatchResponse | undefined {
  return answers[mode](batch, failures);
}
