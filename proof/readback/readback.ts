import type { Endpoints } from '#local/servers/catalogue.ts';

/** How a store is read back. */
export interface Readback<Place, Held> {
  /** Reads everything that the report judges. @throws Error where the store doesn't answer, or holds what can't be read */
  readonly read: (place: Place) => Promise<Held>;
}

/** How a store of a running stack is found and read back. */
export interface StackReadback<Place, Held> extends Readback<Place, Held> {
  /**
   * Where the store is.
   * @param refOf the physical name of the template's resource with that logical id
   */
  readonly placeOf: (endpoints: Endpoints, refOf: (id: string) => string) => Place;
}
