import { LogFormatter, Logger, LogItem } from '@aws-lambda-powertools/logger';
import { activeTraceId } from '../spans.ts';

/** A function's logger. Log coordinates, codes and counts with it, never a key, a value or a header of a record. */
export function loggerOf(functionName: string): Logger {
  return new Logger({ serviceName: functionName, logFormatter: new EcsFormatter() });
}

type Attributes = Parameters<LogFormatter['formatAttributes']>[0];
type More = Parameters<LogFormatter['formatAttributes']>[1];

/** The value of `event.dataset`: what a search for the functions' logs in all logs of a company names. */
export const DATASET = 'msk-pipeline.functions';

/**
 * Writes the names of the Elastic Common Schema, and the names of Powertools beside them. Both are flat, with dots in
 * ECS's names, so that a line is as easy to search in CloudWatch as in Elasticsearch or OpenSearch. There, `service`
 * can't be a text beside `service.name`: observability/shipping removes it.
 */
class EcsFormatter extends LogFormatter {
  formatAttributes({ logLevel, message, timestamp, serviceName, xRayTraceId, lambdaContext }: Attributes, more: More) {
    const time = this.formatTimestamp(timestamp);
    const { code, reason, stack, ...others } = more as Record<string, unknown>;
    const ecs = {
      '@timestamp': time,
      'log.level': logLevel.toLowerCase(),
      message,
      'ecs.version': '8.11.0',
      'service.name': serviceName,
      'event.dataset': DATASET,
      'trace.id': activeTraceId(),
      'faas.execution': lambdaContext?.awsRequestId,
      'error.code': code,
      'error.message': reason,
      'error.stack_trace': stack,
    };
    const powertools = {
      level: logLevel,
      timestamp: time,
      service: serviceName,
      cold_start: lambdaContext?.coldStart,
      function_name: lambdaContext?.functionName,
      function_memory_size: lambdaContext?.memoryLimitInMB,
      function_request_id: lambdaContext?.awsRequestId,
      function_arn: lambdaContext?.invokedFunctionArn,
      xray_trace_id: xRayTraceId,
    };
    return new LogItem({ attributes: { ...ecs, code, reason, ...powertools, ...others } });
  }
}
