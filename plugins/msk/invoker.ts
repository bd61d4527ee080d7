import { Instance } from './instance.ts';
import type { LambdaFunction } from './lambda-function.ts';

/** Runs one function, as many instances of it side by side as there are calls. */
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

/**
 * Makes an invoker, whose instances are processes: each invocation takes the one that was idle last, or a new one. An
 * instance that fails other than by its handler's own error is gone.
 */
export function createInvoker(lambdaFunction: LambdaFunction, region: string): Invoker {
  const instances = new Set<Instance>();
  const idle = new Map<Instance, NodeJS.Timeout>();

  const start = () => {
    const instance: Instance = new Instance(lambdaFunction, region, () => {
      clearTimeout(idle.get(instance));
      idle.delete(instance);
      instances.delete(instance);
    });
    instances.add(instance);
    return instance;
  };
  const take = () => {
    const instance = [...idle.keys()].findLast(({ gone }) => !gone) ?? start();
    clearTimeout(idle.get(instance));
    idle.delete(instance);
    return instance;
  };
  const release = (instance: Instance) => {
    if (instance.gone) return;
    idle.set(instance, setTimeout(() => void instance.end(), idleMilliseconds).unref());
  };
  const withInstance = async <T>(work: (instance: Instance) => Promise<T>) => {
    const instance = take();
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
      await Promise.all([...instances].map((instance) => instance.end()));
    },
  };
}
