/** One comparison: what is measured beside its peer or its limit, in one run. */
export interface Benchmark {
  /** A line for `--help`. */
  what: string;
  /**
   * @param scale share of the usual load
   * @throws Error where it can't be measured
   */
  run(scale: number, signal: AbortSignal): Promise<Measured>;
}

export interface Measured {
  /** Every figure, for `--json`. */
  figures: object;
  /** What a person reads. */
  lines: string[];
  /** What had to hold and doesn't; empty where all is well. */
  failures: string[];
}
