/** A benchmark: measures this project's code and what it is compared with in one run. */
export interface Benchmark {
  /** Its line in `--help`. */
  what: string;
  /**
   * @param scale share of the usual load
   * @throws Error if it can't be measured
   */
  run(scale: number, signal: AbortSignal): Promise<Measured>;
}

export interface Measured {
  figures: Figure[];
  /** Wrong results; empty if there are none. */
  wrong: string[];
}

/** One measured quantity. */
export interface Figure {
  /** What was measured, for example "processTelemetry, batches of 1,000". */
  name: string;
  /** For example "records/s", "ms of CPU a record", or "of Kafka Streams" for a ratio. */
  unit: string;
  better: 'higher' | 'lower';
  /** The value of each round. The rounds of what is compared alternate, and the median counts. */
  rounds: number[];
  /** The requirement: at least this if higher is better, at most this if lower is better. */
  bound?: number;
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Whether a figure misses its requirement. */
export function misses({ better, rounds, bound }: Figure): boolean {
  if (bound === undefined) return false;
  return better === 'higher' ? !(median(rounds) >= bound) : !(median(rounds) <= bound);
}
