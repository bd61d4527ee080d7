import type { MskEvent } from '#lib/kafka/event.ts';
import type { Item } from '#lib/stores/attributes.ts';

/** An event that a producer can bring about, made to cost a function as much memory or time as it can. */
export interface HostileEvent {
  /** the name in its functions.yml of the function whose mapping would have it */
  readonly function: string;
  readonly event: () => MskEvent;
  /** what earlier records have left: items by the environment variable that names their table */
  readonly items?: () => Readonly<Record<string, Iterable<Item>>>;
  /** what the function's environment has beside the usual */
  readonly environment?: Readonly<Record<string, string>>;
  /** how many dead letters must come of it */
  readonly letters: number;
}
