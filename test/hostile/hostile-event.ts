import type { MskEvent } from '#lib/kafka/event.ts';
import type { Item } from '#lib/stores/attributes.ts';

/** An event that a producer can cause, with the highest possible cost of memory or time for a function. */
export interface HostileEvent {
  /** name of the function that gets the event, as in its functions.yml */
  readonly function: string;
  readonly event: () => MskEvent;
  /** items from earlier records, by the environment variable with the name of their table */
  readonly items?: () => Readonly<Record<string, Iterable<Item>>>;
  /** additional variables of the function's environment */
  readonly environment?: Readonly<Record<string, string>>;
  /** expected number of dead letters */
  readonly letters: number;
}
