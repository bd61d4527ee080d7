/** The counts of one place. `stored` is read back from that place; a fault of any kind makes the report not ok. */
export interface Tally {
  expected: number;
  stored: number;
  lost: number;
  duplicated: number;
  /** stored, but not as its input says */
  different: number;
  /** stored, but no input explains it */
  unexpected: number;
}

/** A store's counts: the sum, and each route (a topic's archive, a table, a file). */
export interface StoreReport extends Tally {
  routes: Record<string, Tally>;
}
