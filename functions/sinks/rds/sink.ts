import type { Field } from '@aws-sdk/client-rds-data';
import { type Deadline, retry } from '#lib/deadline.ts';
import { PermanentError, TransientError } from '#lib/errors.ts';
import { type Batch, type Failure, recordsOf } from '#lib/kafka/batch.ts';
import { eachRecord } from '#lib/kafka/outcome.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import { inStoreSpan } from '#lib/spans.ts';
import type { Database } from '#lib/stores/data-api.ts';
import { refusedData } from '#lib/stores/data-api-errors.ts';
import { chunksOf } from '../chunks.ts';
import { type RowKind, routeOf } from '../routes.ts';
import type { Sink } from '../sink.ts';
import { storeError } from '../store-error.ts';
import { tables } from './rows.ts';
import { forEachRow, INSERT_EACH, insertStatement } from './statement.ts';

/** The Data API takes 4 MiB a request. The rest is for the statement and the ARNs. */
const CHUNK_BYTES = 3 * 1024 * 1024;

interface Row {
  readonly record: KafkaRecord;
  readonly json: string;
  readonly bytes: number;
}

export interface RdsSinkOptions {
  /** Opens the database. Every call to it ends by the deadline. */
  readonly open: (deadline: Deadline) => Pick<Database, 'execute'>;
}

/**
 * Inserts each record as a row under its identity, with one statement per table and batch, or one per 3 MiB of rows.
 * If PostgreSQL rejects the statement for its data, a second statement finds the rows at fault and inserts all others.
 * If PostgreSQL rejects that one too, the sink halves the rows and tries again, as long as there is time.
 */
export function rdsSink({ open }: RdsSinkOptions): Sink {
  async function writeRows(kind: RowKind, records: readonly KafkaRecord[], { deadline }: Batch): Promise<Failure[]> {
    const { done, failures } = eachRecord(records, (record) => rowOf(kind, record));
    const { execute } = open(deadline);
    const sql = insertStatement(kind, tables[kind]);

    async function insert(rows: readonly Row[]): Promise<Failure[]> {
      const span = { store: 'DATABASE', operation: 'INSERT', records: rows.map(({ record }) => record) };
      const all = { name: 'rows', value: { stringValue: `[${rows.map(({ json }) => json).join(',')}]` } };
      try {
        if (deadline.remaining() <= 0) throw new TransientError('DATABASE_DEADLINE', 'no time was left to insert rows');
        await retry(() => inStoreSpan(span, () => execute(sql, [{ ...all, typeHint: 'JSON' }])), { deadline });
        return [];
      } catch (thrown) {
        const error = storeError(thrown, 'DATABASE');
        if (error.retriable || rows.length === 1) return rows.map(({ record }) => ({ record, error }));
      }
      try {
        const statement = { name: 'statement', value: { stringValue: forEachRow(sql) } };
        const each = () => inStoreSpan(span, () => execute(INSERT_EACH, [statement, all]));
        const { records: rejected = [] } = await retry(each, { deadline });
        return rejected.map((row) => rejection(rows, row));
      } catch (thrown) {
        const error = storeError(thrown, 'DATABASE');
        if (error.retriable) return rows.map(({ record }) => ({ record, error }));
      }
      const half = Math.ceil(rows.length / 2);
      return [...(await insert(rows.slice(0, half))), ...(await insert(rows.slice(half)))];
    }

    // Sequential: there is only one database, and less of the batch is in memory at a time.
    const rows = done.map(({ result }) => result);
    for (const chunk of chunksOf(rows, CHUNK_BYTES)) failures.push(...(await insert(chunk)));
    return failures;
  }

  return {
    async write(batch) {
      const byKind = Map.groupBy(recordsOf(batch), ({ topic }) => routeOf(topic).rds);
      const failures: Failure[] = [];
      for (const [kind, records] of byKind) {
        if (kind !== null) failures.push(...(await writeRows(kind, records, batch)));
      }
      return failures;
    },
  };
}

/** @throws PermanentError where the record is not of that kind, or TOO_LARGE where its row fits in no request */
function rowOf(kind: RowKind, record: KafkaRecord): Row {
  const json = tables[kind].row(record);
  const bytes = bytesInRequest(json);
  if (bytes <= CHUNK_BYTES) return { record, json, bytes };
  throw new PermanentError('TOO_LARGE', `the row has ${bytes} bytes in a Data API request, over ${CHUNK_BYTES}`);
}

/** Bytes of a JSON text in a request. It is a string there, so each of its quotes and backslashes is escaped. */
export function bytesInRequest(json: string): number {
  return Buffer.byteLength(JSON.stringify(json));
}

/** The failure that a row of {@link INSERT_EACH} reports. */
function rejection(rows: readonly Row[], [place, rejectedWith, rejectedBy]: Field[]): Failure {
  const { record } = rows[(place?.longValue ?? 0) - 1] as Row;
  return { record, error: refusedData(rejectedWith?.stringValue ?? '', rejectedBy?.stringValue) };
}
