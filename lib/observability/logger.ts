import { Logger } from '@aws-lambda-powertools/logger';

export function loggerOf(functionName: string): Logger {
  return new Logger({ serviceName: functionName });
}
