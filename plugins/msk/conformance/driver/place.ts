import type { Ask } from '../functions/requests.ts';
import type { ProbeLine } from '../seen/lines.ts';

/** Where the service runs: on this machine, or on AWS. */
export interface Place {
  stage: string;
  /** ARN of the cluster. */
  cluster: string;
  /** Asks the function `kafka`. */
  ask: Ask;
  /** The probe's lines of all invocations so far, in any order. A line may come twice. */
  lines(): Promise<readonly ProbeLine[]>;
  times: Times;
}

/** A place whose service was started for this run. */
export interface StoppablePlace extends Place {
  stop(): Promise<void>;
}

/** All in ms. On AWS a line of a log arrives seconds later, and a mapping takes minutes to begin. */
export interface Times {
  /** How long a record that is to fail "for a while" fails. */
  patience: number;
  /** Between two looks at the function's lines and the committed offsets. */
  look: number;
  /** A row is done when nothing has come for so long. */
  quiet: number;
  /** A row that is not as documented by then has failed. */
  limit: number;
}
