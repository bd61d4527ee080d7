import type { TemplateResource } from '../contract.ts';
import { resolve, type TemplateContext } from '../template/template.ts';

/** A function of the compiled template. Its references are resolved. */
export interface LambdaFunction {
  /** The function's key in the service. */
  key: string;
  /** The function's name in Lambda. */
  name: string;
  handler: string;
  runtime: string;
  /** Seconds. */
  timeout: number;
  /** MB. */
  memorySize: number;
  /** Maximum number of instances. Undefined if no concurrency is reserved. */
  reservedConcurrency?: number | undefined;
  environment: Record<string, string>;
  /** The folder with the unpacked package. */
  directory: string;
  /** Whether it may run slower than others while the machine is busy. */
  patient?: boolean | undefined;
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

/** A function of the compiled template, and the local additions to it. */
export interface LambdaFunctionSource {
  key: string;
  resource: TemplateResource;
  directory: string;
  /** Variables that override the function's own. */
  environment: Record<string, string>;
  /** See `LambdaFunction`. */
  patient?: boolean | undefined;
}

/**
 * Reads a function of a compiled template, with Lambda's defaults.
 *
 * @throws Error that names the function and what can't be resolved
 */
export function lambdaFunction(source: LambdaFunctionSource, context: TemplateContext): LambdaFunction {
  const { key, resource, directory, environment, patient } = source;
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
      patient,
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`function ${key}: ${reason}`, { cause: error });
  }
}

/** The environment of a function. Its intrinsic functions are not resolved yet. */
export function variablesOf(resource: TemplateResource | undefined): Record<string, unknown> {
  return (resource?.Properties as Partial<FunctionProperties> | undefined)?.Environment?.Variables ?? {};
}

/** Drops the properties that have no effect on this machine: their references, e.g. to a role, may be unknown. */
function pick(properties: Record<string, unknown>): Record<string, unknown> {
  const { FunctionName, Handler, Runtime, Timeout, MemorySize, ReservedConcurrentExecutions, Environment } = properties;
  return { FunctionName, Handler, Runtime, Timeout, MemorySize, ReservedConcurrentExecutions, Environment };
}
