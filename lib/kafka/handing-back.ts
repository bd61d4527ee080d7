import { TransientError } from '../errors.ts';
import { type Batch, type BatchMiddleware, batchOf, type Failure, partitionName } from './batch.ts';
import type { MskBatchResponse } from './event.ts';
import { describeTails, tailRecords, tailsOf } from './tail.ts';

/** `report` where the mapping has ReportBatchItemFailures, `throw` where it has not. */
export type HandingBack = 'throw' | 'report';

type Outcome = (batch: Batch, failures: readonly Failure[]) => MskBatchResponse | undefined;

const outcomes: Record<HandingBack, Outcome> = {
  /** On demand, Lambda reads a returned list as success: only a throw keeps the batch. */
  throw(_, failures) {
    if (tailsOf(failures).size === 0) return undefined;
    throw new TransientError('HANDED_BACK', `the batch is handed back: ${describeTails(failures)}`);
  },
  /**
   * The tail of each partition, not just what failed: right whether Lambda takes the list as single records or as a
   * place to resume, and the order within the partition is kept.
   */
  report: (batch, failures) => ({
    batchItemFailures: tailRecords(batch, tailsOf(failures)).map((record) => ({
      itemIdentifier: { partition: partitionName(record), offset: record.offset },
    })),
  }),
};

/** Middleware, outermost of those that see failures: turns what is still to do into what the mapping understands. */
export function handBack(options: { mode: HandingBack }): BatchMiddleware {
  const outcome = outcomes[options.mode];
  if (outcome === undefined) throw new Error(`handBack: mode must be throw or report, not ${options.mode}`);
  return {
    after(request) {
      const failures = request.response as Failure[];
      request.internal.handedBack = failures;
      request.response = outcome(batchOf(request.internal), failures);
    },
  };
}
