import type { MappingState, MappingStatus, MappingSwitch } from '../contract.ts';
import type { Mapping } from '../template/mapping.ts';
import { Metrics } from './metrics.ts';
import { Poller, type PollerOptions } from './poller.ts';

/** Longer than any function may run (Lambda's limit is 15 minutes), so that a batch in flight always ends. */
const longestInvocationMilliseconds = 16 * 60_000;

/**
 * An event source mapping that can be switched off and on. Each time that it is switched on, a new poller joins the
 * group, and continues at the committed offsets. The counts go on.
 */
export class EventSourceMapping implements MappingSwitch {
  readonly #options: PollerOptions;
  readonly #metrics = new Metrics();
  #poller: Poller;
  #state: MappingState = 'Disabled';
  #modified = new Date();
  #stopped = false;

  constructor(options: Omit<PollerOptions, 'metrics'>) {
    this.#options = { ...options, metrics: this.#metrics };
    this.#poller = new Poller(this.#options);
  }

  get mapping(): Mapping {
    return this.#options.mapping;
  }

  get modified(): Date {
    return this.#modified;
  }

  /** The poller that runs, or the last one that ran. */
  get poller(): Poller {
    return this.#poller;
  }

  get status(): MappingStatus {
    return { ...this.#poller.status, state: this.state };
  }

  /** It is enabled when the poller has partitions. A later rebalance doesn't change that. */
  get state(): MappingState {
    if (this.#state === 'Enabling' && this.#poller.status.assigned > 0) this.#state = 'Enabled';
    return this.#state;
  }

  start(): void {
    this.#state = 'Enabling';
    this.#poller.start();
  }

  switch(on: boolean): boolean {
    const { state } = this;
    if (this.#stopped || state === 'Enabling' || state === 'Disabling') return false;
    this.#modified = new Date();
    if (on === (state === 'Enabled')) return true;
    if (on) {
      this.#poller = new Poller(this.#options);
      this.start();
    } else void this.#disable();
    return true;
  }

  /** For ever: it can't be switched on again. @see Poller.stop */
  async stop(boundMilliseconds: number): Promise<void> {
    this.#stopped = true;
    if (this.#state !== 'Disabled') await this.#poller.stop(boundMilliseconds);
  }

  /** The batches in flight end and are committed; then the poller leaves the group. */
  async #disable(): Promise<void> {
    this.#state = 'Disabling';
    await this.#poller.stop(longestInvocationMilliseconds);
    this.#state = 'Disabled';
  }
}
