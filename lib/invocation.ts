import type { Failure } from './kafka/batch.ts';
import type { MskEvent } from './kafka/event.ts';

/** One call of a batch function. Each step writes its result here. Logs and metrics read it, also after an error. */
export interface Invocation {
  readonly event: MskEvent;
  /** how many records the batch has; 0 until the event is read */
  records: number;
  /** redriven records that only another function works on */
  forOthers: number;
  /** failures with a dead letter in its topic */
  deadLetters: readonly Failure[];
  /** failures that are handed back to the event source mapping */
  handedBack: readonly Failure[];
}

export function newInvocation(event: MskEvent): Invocation {
  return { event, records: 0, forOthers: 0, deadLetters: [], handedBack: [] };
}
