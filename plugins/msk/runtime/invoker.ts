import { Instance } from './instance.ts';
import type { LambdaFunction } from './lambda-function.ts';

/** Runs one function, in as many instances side by side as its calls need. */
export interface Invoker {
  /**
   * Loads the function in one instance before it is needed, as Lambda may do too ("proactive initialization").
   * @throws InvocationError where its module can't be loaded: each invocation would fail so
   */
  initialize: () => Promise<void>;
  /** Resolves to the function's response. @throws InvocationError where it threw, ran out of time or memory, or ended */
  invoke: (event: unknown) => Promise<unknown>;
  /** Ends the instances. */
  cleanup: () => Promise<void>;
}

/** How long an instance stays without an event. */
const idleMilliseconds = 60_000;
/** How long an event waits for a busy instance: on a busy machine, a new one would need longer to load. */
const patienceMilliseconds = 500;

/**
 * Makes an invoker, whose instances are processes: each invocation takes the one that was idle last, or one that becomes
 * free very soon, or a new one. An instance that fails other than by its handler's own error is gone.
 *
 * @param patience ms that an event waits for a busy instance before there is a new one
 */
export function createInvoker(
  lambdaFunction: LambdaFunction,
  region: string,
  patience: number = patienceMilliseconds,
): Invoker {
  const instances = new Set<Instance>();
  const idle = new Map<Instance, NodeJS.Timeout>();
  /** Events that wait for an instance, the oldest first. */
  const waiting = new Set<(instance: Instance) => void>();
  const limit = lambdaFunction.reservedConcurrency ?? Number.POSITIVE_INFINITY;
  let closed = false;

  const start = () => {
    if (closed) throw new Error(`function ${lambdaFunction.key} can't run: the service is stopped`);
    const instance: Instance = new Instance(lambdaFunction, region, () => {
      clearTimeout(idle.get(instance));
      idle.delete(instance);
      instances.delete(instance);
    });
    instances.add(instance);
    return instance;
  };
  /** The instance that becomes free next, where one does within the patience; else undefined. */
  const freeSoon = () =>
    new Promise<Instance | undefined>((resolve) => {
      const done = (instance?: Instance) => {
        clearTimeout(timer);
        waiting.delete(done);
        resolve(instance);
      };
      const timer = setTimeout(done, patience);
      waiting.add(done);
    });
  /** What Lambda throttles, the event source mapping tries again until there is room (AWS: "Reserved concurrency"). */
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
      // Another one may load it: what it needs at that may be there then.
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
