import type { Held, StoreName } from '../world.ts';
import { dynamodb } from './dynamodb.ts';
import { file } from './file.ts';
import { opensearch } from './opensearch.ts';
import { rds } from './postgres.ts';
import type { Readback } from './readback.ts';
import { s3 } from './s3.ts';

/** The stores that are read back, in the order of the report: to add a store, add a row here and in {@link Held}. */
export const STORES = { s3, rds, dynamodb, opensearch, file } satisfies {
  [S in StoreName]: Readback<never, Held[S]>;
};

type Stores = typeof STORES;

/** Where a store is. */
export type PlaceOf<S extends StoreName> = Parameters<Stores[S]['read']>[0];

/** The stores of every running stack. The others belong to a run that has them. */
export type StackStoreName = { [S in StoreName]: Stores[S] extends { placeOf: unknown } ? S : never }[StoreName];
