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
   * Runs one statement; it is committed when this returns.
   * @throws PipelineError as {@link toDatabaseError} maps it. To wait out a database that resumes, call it in `retry`.
   * After a transient error the statement may have been run all the same, and the client itself may send it twice: it
   * has to be idempotent.
   */
  readonly execute: Execute;
  /**
   * Runs work in a transaction: committed when the work resolves, rolled back when it throws.
   * @throws PipelineError as `execute`, or what the work threw
   */
  transaction<T>(work: (execute: Execute) => Promise<T>): Promise<T>;
}

/** A call may take 45 s, the service says to wait for 60 s at least ("data-api-timeouts"). */
const REQUEST_MS = 65_000;
const CONNECT_MS = 3_000;

/**
 * The client of an execution environment: it keeps its connections between invocations. A second try is for those that
 * the service closed while the environment was frozen; all else is for `retry`, which knows the deadline.
 */
export function dataApiClient(): RDSDataClient {
  return new RDSDataClient({
    maxAttempts: 2,
    requestHandler: { requestTimeout: REQUEST_MS, throwOnRequestTimeout: true, connectionTimeout: CONNECT_MS },
  });
}

/**
 * A database behind the RDS Data API.
 * @param deadline ends the wait for each call: what then still runs is cancelled by nobody
 */
export function openDatabase(client: RDSDataClient, reference: DatabaseReference, deadline?: Deadline): Database {
  const { database: _, ...arns } = reference;
  const signal = () =>
    deadline ? { abortSignal: AbortSignal.timeout(Math.max(0, Math.ceil(deadline.remaining()))) } : {};

  const executeIn =
    (transactionId?: string): Execute =>
    (sql, parameters = []) => {
      const input = { ...reference, sql, parameters, ...(transactionId === undefined ? {} : { transactionId }) };
      return mapped(client.send(new ExecuteStatementCommand(input), signal()));
    };

  return {
    execute: executeIn(),
    async transaction(work) {
      const { transactionId } = await mapped(client.send(new BeginTransactionCommand(reference), signal()));
      const transaction = { ...arns, transactionId };
      try {
        const result = await work(executeIn(transactionId));
        await mapped(client.send(new CommitTransactionCommand(transaction), signal()));
        return result;
      } catch (error) {
        // What the work threw says more; a transaction that can't be rolled back ends by itself after 3 minutes.
        await client.send(new RollbackTransactionCommand(transaction)).catch(() => undefined);
        throw error;
      }
    },
  };
}

async function mapped<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw toDatabaseError(error);
  }
}

/**
 * A parameter that holds any JSON value, for `CAST(:name AS jsonb)`: the way to give one statement many rows.
 * @example execute('INSERT INTO t SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(id int)', [json('rows', [{ id: 1 }])])
 */
export function json(name: string, value: unknown): SqlParameter {
  return { name, value: { stringValue: JSON.stringify(value) }, typeHint: 'JSON' };
}
