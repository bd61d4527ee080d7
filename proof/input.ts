import type { ChaosFacts } from './chaos/facts.ts';
import type { Manifest } from './manifest.ts';
import type { Together, Types } from './types.ts';

/** A generator that ran. The records that it saw acknowledged are checked against the topics. */
export interface GeneratorRun<M extends Manifest = Manifest> {
  manifest: M;
  /** the causes of bad records that must all have occurred; empty with `--bad 0` */
  causes: readonly string[];
}

/** The generators that ran. A domain without one may have no records. */
export type GeneratorRuns = { [D in keyof Types]?: GeneratorRun<Types[D]['manifest']> } & {
  readonly [domain: string]: GeneratorRun | undefined;
};

/** What the report's checks need to know besides the data that is read back. */
export type ReportFacts = RunFacts & Together<Types[keyof Types]['facts']>;

export interface RunFacts {
  seed: number;
  /** how long the generators ran */
  seconds: number;
  /** from the command to the first record that may be produced */
  startSeconds: number;
  generators: GeneratorRuns;
  /** records that the event source mappings have not yet committed: the most in the run, and after the drain */
  lag: { max: number; end: number };
  /** the failures that a chaos run has made */
  chaos?: ChaosFacts | undefined;
  /** further parts that did not run, `part: why` */
  notRun: readonly string[];
}
