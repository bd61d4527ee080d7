import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { MiddlewareObj } from '@middy/core';
import { PipelineError } from '../errors.ts';
import type { Invocation } from '../invocation.ts';
import type { MskBatchResponse } from '../kafka/event.ts';
import { coordinatesText } from '../kafka/records.ts';
import { describeTails } from '../kafka/tail.ts';

/** The most dead letters of a batch that the log names; it only counts the others. */
const NAMED = 20;

/**
 * Middleware: structured logs and EMF metrics (Powertools) of a batch function, in the namespace
 * POWERTOOLS_METRICS_NAMESPACE. Logs hold coordinates, codes and counts, never a key, a value or a header.
 *
 * Metrics of a batch: `Records`; of these, `Processed` and `DeadLetters` (stored ones; `DeadLettersByCode` counts them
 * by `code`); `FailedBatches` is 1 where records are handed back. `RedrivenForOthers` counts redriven records that this
 * function left to another one.
 */
export function observe(options: { function: string }): MiddlewareObj<Invocation, MskBatchResponse | undefined> {
  const logger = new Logger({ serviceName: options.function });
  const metrics = new Metrics({ serviceName: options.function });

  const publish = ({ records, forOthers, deadLetters: dead }: Invocation, handedBack: number) => {
    for (const { record, error } of dead.slice(0, NAMED)) {
      const place = { record: coordinatesText(record), ...traceOf(error.cause) };
      logger.warn('dead letter', { code: error.code, reason: error.message, ...place });
    }
    if (dead.length > NAMED) logger.warn('more dead letters', { count: dead.length - NAMED });
    for (const [code, own] of Map.groupBy(dead, ({ error }) => error.code)) {
      metrics.singleMetric().addDimension('code', code).addMetric('DeadLettersByCode', MetricUnit.Count, own.length);
    }
    metrics.addMetric('Records', MetricUnit.Count, records);
    metrics.addMetric('Processed', MetricUnit.Count, Math.max(0, records - forOthers - dead.length - handedBack));
    metrics.addMetric('DeadLetters', MetricUnit.Count, dead.length);
    if (forOthers > 0) metrics.addMetric('RedrivenForOthers', MetricUnit.Count, forOthers);
    metrics.addMetric('FailedBatches', MetricUnit.Count, handedBack > 0 ? 1 : 0);
    metrics.publishStoredMetrics();
  };

  return {
    before({ context }) {
      logger.addContext(context);
    },
    after({ event: invocation, response }) {
      const records = response?.batchItemFailures.length ?? 0;
      if (records > 0) {
        const error = invocation.handedBack[0]?.error;
        const reason = describeTails(invocation.handedBack);
        logger.error('handed back', { records, code: error?.code, reason, ...traceOf(error?.cause) });
      }
      publish(invocation, records);
    },
    onError({ event: invocation, error }) {
      const known = error instanceof PipelineError;
      const reason = known ? error.message : 'unexpected';
      logger.error('batch failed', { code: known ? error.code : error?.name, reason, ...traceOf(error) });
      publish(invocation, Number.POSITIVE_INFINITY);
    },
  };
}

/** Where an error was thrown, without its message: JSON.parse and others quote the input in their messages. */
function traceOf(error: unknown): { trace?: string[] } {
  if (!(error instanceof Error) || error instanceof PipelineError) return {};
  return {
    trace: (error.stack ?? '')
      .split('\n')
      .filter((line) => /^\s+at /.test(line))
      .slice(0, 8),
  };
}
