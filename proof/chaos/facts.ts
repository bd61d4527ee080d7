/** A strike of a schedule, as the schedule's file has it. */
export interface Planned {
  /** seconds from the start of the load */
  at: number;
  kind: string;
  /** how long the failure lasts; the part may need more time to be back */
  seconds: number;
  /** what exactly is hit: a broker, a topic, a share, … */
  with: Readonly<Record<string, string | number>>;
}

/** A strike that happened. Times are ms since the epoch. */
export interface Struck {
  planned: Planned;
  began: number;
  /** when the part that was hit worked again */
  ended: number;
}

/** How many records waited in all mappings together. */
export interface LagSample {
  /** ms since the epoch */
  at: number;
  lag: number;
}

/** What a chaos run did. */
export interface ChaosFacts {
  struck: readonly Struck[];
  lags: readonly LagSample[];
  /** records that the generators send each second */
  rate: number;
}
