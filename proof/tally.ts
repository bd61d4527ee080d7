/** One place's count. `stored` is read back from that place; a fault of any kind makes the report not ok. */
export interface Tally {
  expected: number;
  stored: number;
  lost: number;
  duplicated: number;
  /** there once, but not as its input says */
  different: number;
  /** there, and no input says that it should be */
  unexpected: number;
}

/** A store's sum over its routes, and each route: a topic's archive, a table, a file. */
export interface StoreReport extends Tally {
  routes: Record<string, Tally>;
}

/** In ms. Absent where nothing was measured. */
export interface Percentiles {
  p50: number;
  p95: number;
  p99: number;
  max: number;
  samples: number;
}

export interface Latencies {
  alert?: Percentiles;
  s3?: Percentiles;
  rds?: Percentiles;
  dynamodb?: Percentiles;
  /** of alerts, as `alert` is */
  opensearch?: Percentiles;
}
