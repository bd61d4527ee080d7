import { batchRows } from './batches.ts';
import { eventRows } from './events.ts';
import { filterRows } from './filters.ts';
import { positionRows } from './positions.ts';
import { responseRows } from './responses.ts';
import { retryRows } from './retries.ts';
import type { Row } from './row.ts';

/** All rows, in the order of the table. */
export const rows: readonly Row[] = [
  ...batchRows,
  ...eventRows,
  ...filterRows,
  ...retryRows,
  ...responseRows,
  ...positionRows,
];

/** The topic of a row. Its mapping's group has the same name. */
export const topicOf = (stage: string, { id }: Row): string => `conform-${stage}-${id}`;
export const deadTopicOf = (stage: string, row: Row): string => `${topicOf(stage, row)}-dead`;

/** The rows of these ids; without ids, all. @throws Error if an id is unknown */
export function chosen(ids: readonly string[]): readonly Row[] {
  const unknown = ids.find((id) => !rows.some((row) => row.id === id));
  if (unknown !== undefined)
    throw new Error(`there is no row "${unknown}"; the rows: ${rows.map(({ id }) => id).join(', ')}`);
  return ids.length === 0 ? rows : rows.filter(({ id }) => ids.includes(id));
}
