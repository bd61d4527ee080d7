import ServerlessOffline from 'serverless-offline';
import Lambda from 'serverless-offline/lambda';
import type { LambdaFunction } from './lambda-function.ts';
import { entryHandler } from './unpack.ts';

/** Runs one function, as many instances of it side by side as there are calls. */
export interface Invoker {
  /**
   * Loads the function in one instance before it is needed, as Lambda may do too ("proactive initialization").
   * @throws InvocationError where its module can't be loaded: each invocation would fail so
   */
  initialize: () => Promise<void>;
  /** Resolves to the function's response. @throws InvocationError where it threw, or ran out of time */
  invoke: (event: unknown) => Promise<unknown>;
  /** Ends the instances. */
  cleanup: () => Promise<void>;
}

/** An invocation that failed, as Lambda would report it. */
export class InvocationError extends Error {
  override readonly name = 'InvocationError';
  readonly errorType: string;
  readonly trace: readonly string[];

  constructor(errorType: string, errorMessage: string, trace: readonly string[] = []) {
    super(`${errorType}: ${errorMessage}`);
    this.errorType = errorType;
    this.trace = trace;
  }
}

/** An event with this property only loads the function (entry.cjs). */
const initializeProperty = 'serverless-offline-msk:initialize';

interface EntryResult {
  response?: unknown;
  error?: { errorType: string; errorMessage: string; trace: string[] };
}

/** Makes an invoker from serverless-offline's runner, whose instances are worker threads. */
export function createInvoker(lambdaFunction: LambdaFunction, service: string, region: string): Invoker {
  const { key, name, handler, runtime, timeout, memorySize, environment, directory } = lambdaFunction;
  const serverless = {
    config: { servicePath: directory },
    service: { service, provider: { name: 'aws', region, runtime } },
    serviceDir: directory,
  };
  const lambda = new Lambda(serverless, runnerOptions);
  const functionDefinition = {
    name,
    handler: entryHandler,
    runtime,
    timeout,
    memorySize,
    environment: { ...environment, _HANDLER: handler },
  };
  lambda.create([{ functionKey: key, functionDefinition }]);
  const invoke = async (event: unknown) => {
    const instance = lambda.get(key);
    instance.setEvent(event);
    const { response, error } = await instance.runHandler().catch((failure: unknown): EntryResult => {
      const { message } = failure as Error;
      if (!message.includes('timeout')) throw failure;
      return { error: { errorType: 'Sandbox.Timedout', errorMessage: `timed out after ${timeout} s`, trace: [] } };
    });
    if (error) throw new InvocationError(error.errorType, error.errorMessage, error.trace);
    return response;
  };
  return {
    invoke,
    async initialize() {
      await invoke({ [initializeProperty]: true });
    },
    cleanup: () => lambda.cleanup(),
  };
}

/**
 * Ends the runner's own log, a line for each invocation: thousands a minute here. Its plugin's constructor is the one
 * place where it takes a logger.
 */
export function silenceRunner(): void {
  new ServerlessOffline({}, {}, {});
}

/** serverless-offline merges its defaults into its own command's options alone. */
const runnerOptions = {
  host: '127.0.0.1',
  lambdaPort: 0,
  localEnvironment: false,
  noTimeout: false,
  reloadHandler: false,
  terminateIdleLambdaTime: 60,
  useDocker: false,
  useInProcess: false,
};
