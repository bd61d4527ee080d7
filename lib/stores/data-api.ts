import {
  BeginTransactionCommand,
  CommitTransactionCommand,
  ExecuteStatementCommand,
  type ExecuteStatementCommandOutput,
  RDSDataClient,
  RollbackTransactionCommand,
  type SqlParameter,
} from '@aws-sdk/client-rds-data';
import type { Deadline } from '../deadline.ts';
import { toDatabaseError } from './data-api-errors.ts';

export interface DatabaseReference {
  /** ARN of the Aurora cluster. */
  readonly resourceArn: string;
  /** ARN of the secret with the database user. */
  readonly secretArn: string;
  readonly database: string;
}

export type Execute = (sql: string, parameters?: SqlParameter[]) => Promise<ExecuteStatementCommandOutput>;

export interface Database {
  /**
   * Runs one statement, which is committed when this returns. To wait while a database resumes, call it in `retry`. The
   * statement must be idempotent: after a transient error it may have run all the same, and the client itself may send
   * it twice.
   * @throws PipelineError as {@link toDatabaseError} maps it
   */
  readonly execute: Execute;
  /**
   * Runs work in a transaction: committed when the work resolves, rolled back when it throws.
   * @throws PipelineError as `execute`, or the work's error
   */
  transaction<T>(work: (execute: Execute) => Promise<T>): Promise<T>;
}

/** A call may take 45 s; the service's documentation says to wait at least 60 s ("data-api-timeouts"). */
const REQUEST_MS = 65_000;
const CONNECT_MS = 3_000;

/**
 * The client of an execution environment: it keeps its connections between invocations. Its second try is for
 * connections that the service closed while the environment was frozen. All other retries are done by `retry`, which
 * knows the deadline.
 */
export function dataApiClient(): RDSDataClient {
  return new RDSDataClient({
    maxAttempts: 2,
    requestHandler: { requestTimeout: REQUEST_MS, throwOnRequestTimeout: true, connectionTimeout: CONNECT_MS },
  });
}

/**
 * A database behind the RDS Data API.
 * @param deadline ends the wait for each call; it doesn't cancel a statement that still runs
 */
export function openDatabase(client: RDSDataClient, reference: DatabaseReference, deadline?: Deadline): Database {
  const { database: _, ...arns } = reference;
  const signal = () =>
    deadline ? { abortSignal: AbortSignal.timeout(Math.max(0, Math.ceil(deadline.remaining()))) } : {};

  const executeIn =
    (transactionId?: string): Execute =>
    (sql, parameters = []) => {
      const input = { ...reference, sql, parameters, ...(transactionId === undefined ? {} : { transactionId }) };
      return withMappedError(client.send(new ExecuteStatementCommand(input), signal()));
    };

  return {
    execute: executeIn(),
    async transaction(work) {
      const { transactionId } = await withMappedError(client.send(new BeginTransactionCommand(reference), signal()));
      const transaction = { ...arns, transactionId };
      try {
        const result = await work(executeIn(transactionId));
        await withMappedError(client.send(new CommitTransactionCommand(transaction), signal()));
        return result;
      } catch (error) {
        // The work's error says more than a failed rollback. Without a rollback, the transaction ends after 3 minutes.
        await client.send(new RollbackTransactionCommand(transaction)).catch(() => undefined);
        throw error;
      }
    },
  };
}

async function withMappedError<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw toDatabaseError(error);
  }
}

/**
 * A parameter that holds any JSON value, for `CAST(:name AS jsonb)`: a way to give many rows to one statement.
 * @example
 * const sql = 'INSERT INTO t SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(id int)';
 * await execute(sql, [json('rows', [{ id: 1 }])]);
 */
export function json(name: string, value: unknown): SqlParameter {
  return { name, value: { stringValue: JSON.stringify(value) }, typeHint: 'JSON' };
}
