import type { SqlParameter } from '@aws-sdk/client-rds-data';
import type { Deadline } from '#lib/deadline.ts';
import type { Database } from '#lib/stores/data-api.ts';

export type Row = Record<string, unknown>;
export type OpenDatabase = (deadline: Deadline) => Pick<Database, 'execute'>;

/** A part of a statement, with the values of its names. The texts are ours: nothing of a request is in them. */
export interface Part {
  readonly sql: string;
  readonly values?: readonly SqlParameter[];
}

/** Conditions joined with AND; undefined ones are absent. */
export function all(...parts: readonly (Part | undefined)[]): Required<Part> {
  const present = parts.filter((part) => part !== undefined);
  return {
    sql: present.map(({ sql }) => sql).join(' AND ') || 'true',
    values: present.flatMap(({ values = [] }) => values),
  };
}

/** A condition, if its value is given. */
export function given<T>(value: T | undefined, part: (value: T) => Part): Part | undefined {
  return value === undefined ? undefined : part(value);
}

export const textValue = (name: string, stringValue: string): SqlParameter => ({ name, value: { stringValue } });
export const wholeValue = (name: string, longValue: number): SqlParameter => ({ name, value: { longValue } });
export const numberValue = (name: string, doubleValue: number): SqlParameter => ({ name, value: { doubleValue } });

/** A time in ms, for `CAST(:name AS timestamptz)`. */
export const timeValue = (name: string, ms: number): SqlParameter => textValue(name, new Date(ms).toISOString());

/** Times within `from` (which belongs to it) and `to` (which doesn't), in ms. `column` is ours, not the client's. */
export function within(column: string, { from, to }: { from?: number | undefined; to?: number | undefined }) {
  return all(
    given(from, (ms) => ({ sql: `${column} >= CAST(:from AS timestamptz)`, values: [timeValue('from', ms)] })),
    given(to, (ms) => ({ sql: `${column} < CAST(:to AS timestamptz)`, values: [timeValue('to', ms)] })),
  );
}

const isoText = (column: string, fraction: 'MS' | 'US') =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.${fraction}"Z"')`;

/** A timestamp as the answers have it. */
export const iso = (column: string): string => isoText(column, 'MS');
/** A timestamp as a cursor's key, exact to the microsecond. */
export const keyTime = (column: string): string => isoText(column, 'US');

/**
 * Runs a query. PostgreSQL makes its rows into one JSON text: less to transfer and to decode than the Data API's fields.
 * @throws PipelineError as `execute`
 */
export async function rowsOf(database: Pick<Database, 'execute'>, { sql, values = [] }: Part): Promise<Row[]> {
  const json = `SELECT CAST(coalesce(json_agg(answer), '[]') AS text) FROM (${sql}) AS answer`;
  const { records } = await database.execute(json, [...values]);
  return JSON.parse(records?.[0]?.[0]?.stringValue ?? '[]') as Row[];
}
