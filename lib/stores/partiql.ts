import type { AttributeValue, BatchStatementRequest } from '@aws-sdk/client-dynamodb';
import type { Item } from './attributes.ts';

/** How an item takes the place of the stored one with the same key. */
export interface Replacement {
  /** PartiQL, about the stored item, with `?` for each parameter */
  readonly condition: string;
  readonly parameters: readonly AttributeValue[];
  /** every attribute that some items of the table lack; those that the new item lacks are removed */
  readonly optional: readonly string[];
}

/** Stores an item, unless one with its key exists: that is DuplicateItem ("PartiQL insert statements for DynamoDB"). */
export function insertion(table: string, item: Item): BatchStatementRequest {
  const attributes = Object.keys(item).map((name) => `'${name.replaceAll("'", "''")}':?`);
  return {
    Statement: `INSERT INTO ${quoted(table)} VALUE {${attributes.join(',')}}`,
    Parameters: Object.values(item),
  };
}

/**
 * Replaces an item if the condition holds. Otherwise, or if there is no item with its key, the answer is
 * ConditionalCheckFailed, with the stored item if there is one.
 */
export function replacement(
  table: string,
  key: readonly string[],
  item: Item,
  { condition, parameters, optional }: Replacement,
): BatchStatementRequest {
  const attributes = Object.entries(item).filter(([name]) => !key.includes(name));
  const changes = [
    ...attributes.map(([name]) => `SET ${quoted(name)}=?`),
    ...optional.filter((name) => !Object.hasOwn(item, name)).map((name) => `REMOVE ${quoted(name)}`),
  ];
  const place = key.map((name) => `${quoted(name)}=?`);
  return {
    Statement: `UPDATE ${quoted(table)} ${changes.join(' ')} WHERE ${place.join(' AND ')} AND (${condition})`,
    Parameters: [
      ...attributes.map(([, value]) => value),
      ...key.map((name) => item[name] ?? { NULL: true }),
      ...parameters,
    ],
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
