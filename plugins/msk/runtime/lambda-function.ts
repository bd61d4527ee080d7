import type { TemplateResource } from '../contract.ts';
import { resolve, type TemplateContext } from '../template/template.ts';

/** A function as the compiled template and the deployed references have it. */
export interface LambdaFunction {
  /** Its key in the service. */
  key: string;
  /** Its name in Lambda. */
  name: string;
  handler: string;
  runtime: string;
  /** Seconds. */
  timeout: number;
  /** MB. */
  memorySize: number;
  /** Instances at once, at most; undefined where none are reserved. */
  reservedConcurrency?: number | undefined;
  environment: Record<string, string>;
  /** Where its package is laid out. */
  directory: string;
}

interface FunctionProperties {
  FunctionName: string;
  Handler: string;
  Runtime: string;
  Timeout?: number;
  MemorySize?: number;
  ReservedConcurrentExecutions?: number;
  Environment?: { Variables?: Record<string, unknown> };
}

/** Where a function of the compiled template is found, and what is added to it. */
export interface LambdaFunctionSource {
  key: string;
  resource: TemplateResource;
  directory: string;
  /** Laid over the function's own. */
  environment: Record<string, string>;
}

/**
 * Reads a function of a compiled template, with Lambda's defaults.
 *
 * @throws Error that names the function and what can't be resolved in it
 */
export function lambdaFunction(source: LambdaFunctionSource, context: TemplateContext): LambdaFunction {
  const { key, resource, directory, environment } = source;
  try {
    const properties = resolve(pick(resource.Properties ?? {}), context) as FunctionProperties;
    const variables = Object.entries(properties.Environment?.Variables ?? {});
    const own = Object.fromEntries(variables.map(([name, value]) => [name, String(value)]));
    return {
      key,
      name: properties.FunctionName,
      handler: properties.Handler,
      runtime: properties.Runtime,
      timeout: properties.Timeout ?? 3,
      memorySize: properties.MemorySize ?? 128,
      reservedConcurrency: properties.ReservedConcurrentExecutions,
      environment: { ...own, ...environment },
      directory,
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`function ${key}: ${reason}`, { cause: error });
  }
}

/** The environment of a function, intrinsic functions not yet resolved. */
export function variablesOf(resource: TemplateResource | undefined): Record<string, unknown> {
  return (resource?.Properties as Partial<FunctionProperties> | undefined)?.Environment?.Variables ?? {};
}

/** Without what has no meaning on this machine, and may refer to what isn't there: role, code, network. */
function pick(properties: Record<string, unknown>): Record<string, unknown> {
  const { FunctionName, Handler, Runtime, Timeout, MemorySize, ReservedConcurrentExecutions, Environment } = properties;
  return { FunctionName, Handler, Runtime, Timeout, MemorySize, ReservedConcurrentExecutions, Environment };
}
