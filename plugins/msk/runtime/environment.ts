import { randomUUID } from 'node:crypto';
import type { LambdaFunction } from './lambda-function.ts';

/**
 * The environment of an instance: this process's `AWS_*` variables, then those that Lambda sets (AWS: "Using Lambda
 * environment variables"), then the function's own. A later one overrides an earlier one.
 */
export function environmentOf(lambdaFunction: LambdaFunction, region: string) {
  const { name, handler, runtime, memorySize, environment, directory } = lambdaFunction;
  const aws = Object.entries(process.env).filter(([variable]) => variable.startsWith('AWS_'));
  return {
    ...Object.fromEntries(aws),
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}`,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memorySize),
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: `${new Date().toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${randomUUID()}`,
    AWS_REGION: region,
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    LAMBDA_TASK_ROOT: directory,
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    ...environment,
    IS_OFFLINE: 'true',
    _HANDLER: handler,
    // Node.js reads the folder for temporary files from it.
    ...(process.env['TMPDIR'] !== undefined && { TMPDIR: process.env['TMPDIR'] }),
  };
}
