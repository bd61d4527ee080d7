import type { Request } from '../rows/row.ts';
import type { DeadLetter } from '../seen/seen.ts';

/** What the function `kafka` can be asked, and its answers. */
export type KafkaRequest =
  | { ask: 'produce'; topic: string; requests: Request[]; patienceMs: number }
  | { ask: 'committed'; topics: string[] }
  | { ask: 'read'; topic: string };

export interface KafkaAnswers {
  produce: { until: number };
  /** The committed offsets by topic and partition. The group of a mapping has its topic's name. */
  committed: { at: number; offsets: Record<string, Record<number, number>> };
  read: { messages: DeadLetter[] };
}

export type Ask = <R extends KafkaRequest>(request: R) => Promise<KafkaAnswers[R['ask']]>;
