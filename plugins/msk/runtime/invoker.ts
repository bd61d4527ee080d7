import { Instance } from './instance.ts';
import type { LambdaFunction } from './lambda-function.ts';

/** Runs one function. Concurrent calls run in separate instances. */
export interface Invoker {
  /**
   * Loads the function in one instance in advance, as Lambda may do ("proactive initialization").
   * @throws InvocationError if the function's module can't be loaded. Each invocation would then fail too.
   */
  initialize: () => Promise<void>;
  /**
   * Resolves to the function's response.
   * @throws InvocationError if the function throws, runs out of time or memory, or ends its process
   */
  invoke: (event: unknown) => Promise<unknown>;
  /** Ends the instances. */
  cleanup: () => Promise<void>;
}

/** An instance without an event ends after this time. */
const idleMilliseconds = 60_000;
/**
 * How long an event waits for a busy instance. If the function's latest instance took longer to load, the event waits as
 * long as that: on a busy machine, one more instance would come too late, and make the machine busier.
 */
const patienceMilliseconds = 500;

/**
 * Creates an invoker. Each instance is a process. An invocation takes the instance that became idle last, or one that
 * becomes free soon, or a new one. An instance survives an error that its handler throws, but no other failure.
 *
 * @param patience ms that an event waits for a busy instance before a new one starts
 */
export function createInvoker(
  lambdaFunction: LambdaFunction,
  region: string,
  patience: number = patienceMilliseconds,
): Invoker {
  const instances = new Set<Instance>();
  const idle = new Map<Instance, NodeJS.Timeout>();
  /** Events that wait for an instance, oldest first. */
  const waiting = new Set<(instance: Instance) => void>();
  const limit = lambdaFunction.reservedConcurrency ?? Number.POSITIVE_INFINITY;
  let closed = false;
  /** ms that the latest instance took to load. */
  let loading = 0;

  const start = () => {
    if (closed) throw new Error(`function ${lambdaFunction.key} can't run: the service is stopped`);
    const instance: Instance = new Instance(lambdaFunction, region, () => {
      clearTimeout(idle.get(instance));
      idle.delete(instance);
      instances.delete(instance);
    });
    instances.add(instance);
    const from = performance.now();
    void instance.ready().then(
      () => {
        loading = performance.now() - from;
      },
      () => {},
    );
    return instance;
  };
  /** The instance that becomes free next. Undefined if none does within `patience`. */
  const freeSoon = () =>
    new Promise<Instance | undefined>((resolve) => {
      const done = (instance?: Instance) => {
        clearTimeout(timer);
        waiting.delete(done);
        resolve(instance);
      };
      const timer = setTimeout(done, Math.max(patience, loading));
      waiting.add(done);
    });
  /**
   * The next free instance, or a new one. A call over the reserved concurrency waits: the event source mapping would
   * retry it after Lambda's throttling (AWS: "Reserved concurrency").
   */
  const next = async () => {
    while (instances.size > 0 || limit === 0) {
      const instance = await freeSoon();
      if (instance) return instance;
      if (closed || instances.size < limit) break;
    }
    return start();
  };
  const take = async () => {
    const instance = [...idle.keys()].findLast(({ gone }) => !gone);
    if (instance === undefined) return next();
    clearTimeout(idle.get(instance));
    idle.delete(instance);
    return instance;
  };
  const release = (instance: Instance) => {
    if (instance.gone) return;
    const [next] = waiting;
    if (next) next(instance);
    else idle.set(instance, setTimeout(() => void instance.end(), idleMilliseconds).unref());
  };
  const withInstance = async <T>(work: (instance: Instance) => Promise<T>) => {
    const instance = await take();
    try {
      await instance.ready();
    } catch (error) {
      // End it: a new instance may be able to load the module later.
      await instance.end();
      throw error;
    }
    try {
      return await work(instance);
    } finally {
      release(instance);
    }
  };
  return {
    initialize: () => withInstance(async () => {}),
    invoke: (event) => withInstance((instance) => instance.invoke(event)),
    async cleanup() {
      closed = true;
      await Promise.all([...instances].map((instance) => instance.end()));
    },
  };
}
