import type pg from 'pg';
import { DataApiError } from './errors.ts';
import type { Limits } from './limits.ts';
import type { Field, Request } from './requests.ts';
import type { ColumnType } from './scalars.ts';
import { columnType } from './types.ts';

/** A row of PostgreSQL's answer, each value in its text format. */
export type Row = (string | null)[];
export type Result = pg.QueryArrayResult<Row>;

/** The answer of ExecuteStatement, without the columns' metadata. */
export interface StatementAnswer {
  readonly numberOfRecordsUpdated: number;
  readonly generatedFields?: readonly Field[];
  readonly records?: readonly (readonly Field[])[];
  readonly formattedRecords?: string;
}

const CHANGES: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);

/**
 * A statement's result in the service's form: records where the statement returns rows, or else the number of changed
 * rows. Aurora PostgreSQL has no generated fields: RETURNING gives records. It is not known whether Aurora counts the
 * changed rows of a statement with RETURNING; the number here is 0, so that no code relies on it.
 * @throws DataApiError UnsupportedResultException for an unknown type, or for a row or result over its limit
 */
export function answer(result: Result, request: Request, limits: Limits): StatementAnswer {
  if (result.fields.length === 0) {
    const updated = CHANGES.has(result.command) ? (result.rowCount ?? 0) : 0;
    return { numberOfRecordsUpdated: updated, generatedFields: [] };
  }
  if (result.rows.some((row) => rowSize(row) > limits.rowBytes)) {
    throw new DataApiError(
      'UnsupportedResultException',
      `Database returned a row over the allowed row size limit of ${limits.rowBytes} bytes: ` +
        'read fewer or shorter columns',
    );
  }
  const rows = request.formatRecordsAs === 'JSON' ? formatted(result, request) : { records: records(result, request) };
  if (size(rows) > limits.responseBytes) {
    throw new DataApiError(
      'UnsupportedResultException',
      'Database returned more than the allowed response size limit: read fewer rows at a time',
    );
  }
  return { numberOfRecordsUpdated: 0, ...rows };
}

/** Bytes in PostgreSQL's text format. The documentation doesn't say how the service counts. */
function rowSize(row: Row): number {
  return row.reduce((sum, value) => sum + (value === null ? 0 : Buffer.byteLength(value)), 0);
}

function size(rows: Pick<StatementAnswer, 'records' | 'formattedRecords'>): number {
  return Buffer.byteLength(rows.formattedRecords ?? JSON.stringify(rows.records));
}

function records({ fields, rows }: Result, { resultSetOptions = {} }: Request): Field[][] {
  const types = fields.map((field) => columnType(field.dataTypeID));
  return rows.map((row) =>
    row.map((value, index) => (value === null ? { isNull: true } : at(types, index).field(value, resultSetOptions))),
  );
}

/** Keys are column labels ("Processing Amazon RDS Data API query results in JSON format"). */
function formatted({ fields, rows }: Result, { resultSetOptions = {} }: Request): { formattedRecords: string } {
  const labels = fields.map((field) => field.name);
  const twice = labels.find((label, index) => labels.indexOf(label) !== index);
  if (twice !== undefined) {
    throw new DataApiError('UnsupportedResultException', `The result contains the column ${twice} more than once`);
  }
  const types = fields.map((field) => columnType(field.dataTypeID));
  const objects = rows.map((row) =>
    Object.fromEntries(
      row.map((value, index) => [
        labels[index],
        value === null ? null : at(types, index).json(value, resultSetOptions),
      ]),
    ),
  );
  return { formattedRecords: JSON.stringify(objects) };
}

function at(types: readonly ColumnType[], index: number): ColumnType {
  const type = types[index];
  if (!type) throw new RangeError(`a row has more values than the result has columns: ${index}`);
  return type;
}
