import type { Field } from '@aws-sdk/client-rds-data';
import { type Deadline, retry } from '#lib/deadline.ts';
import { PermanentError, PipelineError, TransientError } from '#lib/errors.ts';
import { type Batch, type Failure, recordsOf } from '#lib/kafka/batch.ts';
import { eachRecord } from '#lib/kafka/outcome.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import type { Database } from '#lib/stores/data-api.ts';
import { refusedData } from '#lib/stores/data-api-errors.ts';
import { type RowKind, routeOf } from '../routes.ts';
import type { Sink } from '../sink.ts';
import { bytesInRequest, CHUNK_BYTES, chunksOf } from './chunks.ts';
import { tables } from './rows.ts';
import { forEachRow, INSERT_EACH, insertStatement } from './statement.ts';

interface Row {
  readonly record: KafkaRecord;
  readonly json: string;
  readonly bytes: number;
}

export interface RdsSinkOptions {
  /** The database, whose every call ends with the deadline. */
  readonly open: (deadline: Deadline) => Pick<Database, 'execute'>;
}

/**
 * Inserts each record as a row under its identity: one statement per table and batch, more where the rows are over
 * 3 MiB. Where PostgreSQL refuses it for its data, a second one finds out which rows are at fault and inserts all
 * others. Where that is refused as a whole, the rows are halved, as long as there is time.
 */
export function rdsSink({ open }: RdsSinkOptions): Sink {
  async function writeRows(kind: RowKind, records: readonly KafkaRecord[], { deadline }: Batch): Promise<Failure[]> {
    const { done, failures } = eachRecord(records, (record) => rowOf(kind, record));
    const { execute } = open(deadline);
    const sql = insertStatement(kind, tables[kind]);

    async function insert(rows: readonly Row[]): Promise<Failure[]> {
      const all = { name: 'rows', value: { stringValue: `[${rows.map(({ json }) => json).join(',')}]` } };
      try {
        if (deadline.remaining() <= 0) throw new TransientError('DATABASE_DEADLINE', 'no time was left to insert rows');
        await retry(() => execute(sql, [{ ...all, typeHint: 'JSON' }]), { deadline });
        return [];
      } catch (thrown) {
        const error = asPipelineError(thrown);
        if (error.retriable || rows.length === 1) return rows.map(({ record }) => ({ record, error }));
      }
      try {
        const statement = { name: 'statement', value: { stringValue: forEachRow(sql) } };
        const { records: refused = [] } = await retry(() => execute(INSERT_EACH, [statement, all]), { deadline });
        return refused.map((row) => refusal(rows, row));
      } catch (thrown) {
        const error = asPipelineError(thrown);
        if (error.retriable) return rows.map(({ record }) => ({ record, error }));
      }
      const half = Math.ceil(rows.length / 2);
      return [...(await insert(rows.slice(0, half))), ...(await insert(rows.slice(half)))];
    }

    // One after the other: the database is one, and what a batch holds in memory stays bounded.
    for (const chunk of chunksOf(done.map(({ result }) => result))) failures.push(...(await insert(chunk)));
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

/** @throws PermanentError where the record is none of that kind, or TOO_LARGE where its row fits no request */
function rowOf(kind: RowKind, record: KafkaRecord): Row {
  const json = tables[kind].row(record);
  const bytes = bytesInRequest(json);
  if (bytes <= CHUNK_BYTES) return { record, json, bytes };
  throw new PermanentError('TOO_LARGE', `the row has ${bytes} bytes in a Data API request, over ${CHUNK_BYTES}`);
}

/** The failure that a row of {@link INSERT_EACH} tells of. */
function refusal(rows: readonly Row[], [place, refusedWith, refusedBy]: Field[]): Failure {
  const { record } = rows[(place?.longValue ?? 0) - 1] as Row;
  return { record, error: refusedData(refusedWith?.stringValue ?? '', refusedBy?.stringValue) };
}

/** What is none of ours is a fault of the code around the store, never of a record's data. */
function asPipelineError(thrown: unknown): PipelineError {
  if (thrown instanceof PipelineError) return thrown;
  const kind = thrown instanceof Error ? thrown.name : typeof thrown;
  return new TransientError('DATABASE', `the call to the database threw a ${kind}`, { cause: thrown });
}
