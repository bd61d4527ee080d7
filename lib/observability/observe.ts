import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { PipelineError } from '../errors.ts';
import { type Batch, type BatchMiddleware, type Failure, recordsOf } from '../kafka/batch.ts';
import { coordinatesText } from '../kafka/records.ts';
import { describeTails } from '../kafka/tail.ts';

/** More dead letters of one batch than this are counted, not named. */
const NAMED = 20;

/**
 * Middleware, outermost: structured logs and EMF metrics (Powertools) of a batch function, in the namespace that
 * POWERTOOLS_METRICS_NAMESPACE names. Logs hold coordinates, codes and counts: never a key, a value or a header.
 * Metrics: `Records` of a batch are `Processed`, `DeadLetters` (stored ones; `DeadLettersByCode` has them by `code`), or
 * handed back, which makes it one of `FailedBatches`.
 */
export function observe(options: { function: string }): BatchMiddleware {
  const logger = new Logger({ serviceName: options.function });
  const metrics = new Metrics({ serviceName: options.function });

  const publish = (batch: Batch | undefined, dead: readonly Failure[], handedBack: number) => {
    const records = batch ? recordsOf(batch).length : 0;
    for (const { record, error } of dead.slice(0, NAMED)) {
      const place = { record: coordinatesText(record), ...traceOf(error.cause) };
      logger.warn('dead letter', { code: error.code, reason: error.message, ...place });
    }
    if (dead.length > NAMED) logger.warn('more dead letters', { count: dead.length - NAMED });
    for (const [code, own] of Map.groupBy(dead, ({ error }) => error.code)) {
      metrics.singleMetric().addDimension('code', code).addMetric('DeadLettersByCode', MetricUnit.Count, own.length);
    }
    metrics.addMetric('Records', MetricUnit.Count, records);
    metrics.addMetric('Processed', MetricUnit.Count, Math.max(0, records - dead.length - handedBack));
    metrics.addMetric('DeadLetters', MetricUnit.Count, dead.length);
    metrics.addMetric('FailedBatches', MetricUnit.Count, handedBack > 0 ? 1 : 0);
    metrics.publishStoredMetrics();
  };

  return {
    before(request) {
      logger.addContext(request.context);
    },
    after({ internal, response }) {
      const handedBack = (response as { batchItemFailures?: unknown[] } | undefined)?.batchItemFailures ?? [];
      if (handedBack.length > 0) {
        const first = internal.handedBack?.find(({ error }) => error.retriable)?.error;
        const reason = describeTails(internal.handedBack ?? []);
        logger.error('handed back', {
          records: handedBack.length,
          code: first?.code,
          reason,
          ...traceOf(first?.cause),
        });
      }
      publish(internal.batch, internal.deadLetters ?? [], handedBack.length);
    },
    onError({ internal, error }) {
      const known = error instanceof PipelineError;
      const reason = known ? error.message : 'unexpected';
      logger.error('batch failed', { code: known ? error.code : error?.name, reason, ...traceOf(error) });
      publish(internal.batch, internal.deadLetters ?? [], Number.POSITIVE_INFINITY);
    },
  };
}

/** Where an error came from, without its message: JSON.parse and others put the text they choke on into theirs. */
function traceOf(error: unknown): { trace?: string[] } {
  if (!(error instanceof Error) || error instanceof PipelineError) return {};
  return {
    trace: (error.stack ?? '')
      .split('\n')
      .filter((line) => /^\s+at /.test(line))
      .slice(0, 8),
  };
}
