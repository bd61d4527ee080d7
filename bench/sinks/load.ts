/** The input of feed.ts. */
export interface Load {
  /** of the case */
  readonly name: string;
  /** the bundle of the sink; absent: the plain loop */
  readonly module?: string;
  /** records of a batch */
  readonly batch: number;
  readonly warmUp: number;
  readonly batches: number;
}

/** The answer of feed.ts: of the measured batches, without the warm-up. */
export interface Cost {
  readonly cpuMs: number;
  /** wall clock */
  readonly ms: number;
}
