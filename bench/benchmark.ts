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
  /** All figures, for `--json`. */
  figures: object;
  /** Lines to print. */
  lines: string[];
  /** Missed requirements; empty if there are none. */
  failures: string[];
}
