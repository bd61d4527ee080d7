import { TransientError } from '#lib/errors.ts';

/**
 * What happens to a call: it succeeds, it fails before or after it takes effect, or it fails and takes effect some
 * time later.
 */
export type Fault = 'none' | 'before' | 'after' | 'late';

/** Between a worker and a store in memory. */
export interface Network {
  /** @param call the call's number, from 0 */
  readonly faultOf?: (call: number, what: string) => Fault;
  /** Others may run before it resolves. It is asked before a call takes effect, and before its answer arrives. */
  readonly turn?: (when: 'before' | 'after', what: string) => Promise<unknown>;
  /** Takes the effect of a late call. By default, it takes effect before the next call, or with {@link FaultyCalls.settle}. */
  readonly later?: (apply: () => unknown, what: string) => void;
  /** The error of a call that fails. */
  readonly error?: (fault: Fault) => Error;
}

/** The calls of a worker to the model of a store. Each call is atomic, may fail, and lets others run before and after it. */
export class FaultyCalls {
  calls = 0;
  readonly #network: Required<Network>;
  #late: (() => unknown)[] = [];

  constructor(network: Network) {
    this.#network = {
      faultOf: () => 'none',
      turn: async () => {},
      later: (apply) => void this.#late.push(apply),
      error: (fault) => new TransientError('FAULT', fault),
      ...network,
    };
  }

  /** @param what the call, for a trace */
  async call<T>(what: string, apply: () => T | Promise<T>): Promise<T> {
    const { faultOf, turn, later, error } = this.#network;
    const fault = faultOf(this.calls++, what);
    await turn('before', what);
    if (fault === 'late') later(apply, what);
    else await this.settle();
    const result = fault === 'none' || fault === 'after' ? await apply() : undefined;
    await turn('after', what);
    if (fault !== 'none') throw error(fault);
    return result as T;
  }

  /** Lets others run, as before a call. */
  turn(what: string): Promise<unknown> {
    return this.#network.turn('before', what);
  }

  /** Late calls take effect now. */
  async settle(): Promise<void> {
    for (const apply of this.#late.splice(0)) await apply();
  }
}
