/** The simulated time of a process. It passes only when the simulation lets the next timer ring. */
export class Clock {
  /** ms since the start of the history */
  now = 0;
  readonly #timers = new Map<number, { at: number; ring: () => void }>();
  #last = 0;

  /** @returns a function that removes the timer */
  after(ms: number, ring: () => void): () => void {
    const id = ++this.#last;
    this.#timers.set(id, { at: this.now + Math.max(0, Number(ms) || 0), ring });
    return () => void this.#timers.delete(id);
  }

  /** When the next timer rings; undefined if there is none. */
  get next(): number | undefined {
    return this.#earliest()?.[1].at;
  }

  /** Goes to the time of the next timer, and lets it ring. */
  advance(): void {
    const [id, timer] = this.#earliest() ?? [];
    if (id === undefined || timer === undefined) return;
    this.#timers.delete(id);
    this.now = Math.max(this.now, timer.at);
    timer.ring();
  }

  #earliest() {
    let earliest: [number, { at: number; ring: () => void }] | undefined;
    for (const entry of this.#timers) if (earliest === undefined || entry[1].at < earliest[1].at) earliest = entry;
    return earliest;
  }
}

/** The clock of the history that runs now. */
let clock = new Clock();
let immediates: (() => void)[] = [];

export function useClock(of: Clock): void {
  clock = of;
  immediates = [];
}

export const currentClock = (): Clock => clock;

/** 2026-01-01: the start of every history. */
export const EPOCH = Date.UTC(2026, 0, 1);

/** Runs what waits for the next turn of the event loop. @returns whether there was anything */
export function runImmediates(): boolean {
  const due = immediates;
  immediates = [];
  for (const run of due) run();
  return due.length > 0;
}

export function immediately(run: () => void): void {
  immediates.push(run);
}

const RealDate = Date;

class SimulatedDate extends RealDate {
  constructor(...args: [] | [number | string | Date]) {
    if (args.length === 0) super(EPOCH + clock.now);
    else super(...args);
  }
  static override now(): number {
    return EPOCH + clock.now;
  }
}

interface Handle {
  cancel(): void;
  ref(): Handle;
  unref(): Handle;
  hasRef(): boolean;
}

function handleOf(cancel: () => void): Handle {
  const handle: Handle = { cancel, ref: () => handle, unref: () => handle, hasRef: () => true };
  return handle;
}

function every(ms: number, ring: () => void): Handle {
  let cancel = () => {};
  const again = () => {
    cancel = clock.after(Math.max(1, ms), () => {
      again();
      ring();
    });
  };
  again();
  return handleOf(() => cancel());
}

/**
 * Replaces the clock and the timers of this process by simulated ones. Call it before the code under simulation runs.
 * Random numbers are replaced too: the code uses them only for pauses.
 */
export function simulateTime(): void {
  const cancel = (handle?: Handle) => handle?.cancel?.();
  Object.assign(globalThis, {
    Date: SimulatedDate,
    setTimeout: (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
      handleOf(clock.after(ms, () => run(...args))),
    setInterval: (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => every(ms, () => run(...args)),
    setImmediate: (run: (...args: unknown[]) => void, ...args: unknown[]) => immediately(() => run(...args)),
    clearTimeout: cancel,
    clearInterval: cancel,
  });
  performance.now = () => clock.now;
  Math.random = () => 0.5;
  AbortSignal.timeout = (ms) => {
    const abort = new AbortController();
    clock.after(ms, () => abort.abort(new DOMException('The operation timed out', 'TimeoutError')));
    return abort.signal;
  };
}
