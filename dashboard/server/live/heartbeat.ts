import type { Flow } from '../../contract.ts';

/** The runner reports once a second. After so many ms without a report it is down. */
const SILENT_MS = 5_000;

/** Whether a process that reports regularly still does. */
export class Heartbeat {
  readonly #name: string;
  #last: number | undefined;
  #since: number | null = null;

  constructor(name: string) {
    this.#name = name;
  }

  /** Takes a report. @param now ms since the epoch */
  beat(now: number): void {
    if (!this.#isUp(now)) this.#since = now;
    this.#last = now;
  }

  state(now: number): Flow['servers'][number] {
    if (this.#last === undefined) return { name: this.#name, up: null, since: null };
    const up = this.#isUp(now);
    return { name: this.#name, up, since: up ? this.#since : this.#last };
  }

  #isUp(now: number): boolean {
    return this.#last !== undefined && now - this.#last < SILENT_MS;
  }
}
