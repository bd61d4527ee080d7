import type { Endpoints } from '#local/servers/catalogue.ts';
import type { References } from '#msk';
import type { StackReadback } from './readback/readback.ts';
import { type PlaceOf, STORES, type StackStoreName } from './readback/stores.ts';
import type { StoreName } from './world.ts';

/** Why this run leaves a store out on purpose (`npm start -- --minimal`). */
export interface NotRun {
  notRun: string;
}

/** Where everything is that is read back. */
export interface Places {
  /** `127.0.0.1:9092,…` */
  kafka: string;
  /** A store that is neither named nor `notRun` is a type error, so that no store is forgotten. */
  stores: { [S in StoreName]: PlaceOf<S> | NotRun };
}

/** Where a running stack's data is. */
export interface StackPlaces extends Pick<Places, 'kafka'> {
  stores: { [S in StackStoreName]: PlaceOf<S> };
}

/**
 * @example
 * const { endpoints, references } = await readStack();
 * const { kafka, stores } = placesOf(endpoints, references);
 * @throws Error where the running template lacks a resource: it isn't deployed yet
 */
export function placesOf(endpoints: Endpoints, references: References): StackPlaces {
  const refOf = (id: string): string => {
    const name = references[id]?.['Ref'];
    if (typeof name !== 'string') throw new Error(`the running stack has no ${id}: it is not deployed yet, try again`);
    return name;
  };
  const places = Object.entries<object>(STORES).flatMap(([name, store]) =>
    isInStack(store) ? [[name, store.placeOf(endpoints, refOf)]] : [],
  );
  return { kafka: endpoints.kafka, stores: Object.fromEntries(places) };
}

function isInStack(store: object): store is StackReadback<unknown, unknown> {
  return 'placeOf' in store;
}
