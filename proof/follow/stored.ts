import type { StackPlaces } from '../places.ts';
import { headerOf, type LogRecord, nameOf } from '../world.ts';
import { findArchived } from './archived.ts';
import { coordinatesOf } from './coordinates.ts';
import { findDocuments } from './documents.ts';
import { findItems } from './items.ts';
import { findRows } from './rows.ts';

/** What a store holds of one record. */
export interface Stored {
  /** the table, index or bucket */
  place: string;
  /** ms since the epoch; null where the store doesn't tell */
  at: number | null;
  /** what is worth a look: an object and line, that a newer record has replaced it */
  detail: string;
}

type Find = (places: StackPlaces['stores'], record: LogRecord, identity: string) => Promise<Stored[]>;

/** By the name of a store: what it holds of a record. */
export const FIND_STORED: Readonly<Record<string, Find>> = {
  S3: async ({ s3 }, record) =>
    (await findArchived(s3, record)).map(({ object, line, at }) => ({
      place: 'archive',
      at,
      detail: `${object} line ${line}`,
    })),
  PostgreSQL: async ({ rds }, _, identity) =>
    (await findRows(rds.postgres, identity))
      .filter(({ source }) => source === identity)
      .map(({ table, at }) => ({ place: table, at, detail: '' })),
  DynamoDB: async ({ dynamodb }, record, identity) =>
    (await findItems(dynamodb, { ...record, ...coordinatesOf(identity) }, [record])).map(({ table, holds }) => ({
      place: table,
      at: null,
      detail: holds ? '' : 'a newer record has replaced it',
    })),
  OpenSearch: async ({ opensearch }, _, identity) =>
    (await findDocuments(opensearch, identity))
      .filter(({ id }) => id === identity)
      .map(({ index }) => ({ place: index, at: null, detail: '' })),
};

/** The name under which the stores hold a record: the source that our function gave it, else its own coordinates. */
export function identityIn(record: LogRecord, isProduced: boolean): string {
  return (isProduced ? headerOf(record, 'source') : undefined) ?? nameOf(record);
}
