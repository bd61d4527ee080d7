import { randomBytes } from 'node:crypto';
import type { Connection, Connections } from './connections.ts';
import { DataApiError, toDataApiError } from './errors.ts';

interface Transaction {
  readonly connection: Connection;
  busy: boolean;
  idle: NodeJS.Timeout | undefined;
}

/** The open transactions. Each holds its connection until its end, or until it was idle for too long. */
export function transactions(connections: Connections, idleMs: number) {
  const open = new Map<string, Transaction>();

  async function begin(database: string | undefined): Promise<string> {
    const connection = await connections.take(database);
    try {
      await connection.client.query('BEGIN');
    } catch (error) {
      connection.release(true);
      throw toDataApiError(error);
    }
    const id = randomBytes(48).toString('base64url');
    const transaction: Transaction = { connection, busy: false, idle: undefined };
    open.set(id, transaction);
    waitIdle(id, transaction);
    return id;
  }

  /** Ends the connection after the idle time. PostgreSQL then rolls the transaction back. */
  function waitIdle(id: string, transaction: Transaction): void {
    transaction.idle = setTimeout(() => drop(id), idleMs).unref();
  }

  function drop(id: string): void {
    const transaction = open.get(id);
    open.delete(id);
    clearTimeout(transaction?.idle);
    transaction?.connection.release(true);
  }

  /**
   * Runs work on a transaction's connection.
   * @throws DataApiError TransactionNotFoundException; DatabaseErrorException where another statement runs in it
   */
  async function use<T>(id: string, database: string | undefined, work: (on: Connection) => Promise<T>): Promise<T> {
    const transaction = open.get(id);
    if (!transaction) throw new DataApiError('TransactionNotFoundException', `Transaction ${id} is not found`);
    if (transaction.busy) throw new DataApiError('DatabaseErrorException', 'Transaction is still running a query');
    if (database !== undefined && database !== transaction.connection.database) {
      throw new DataApiError('BadRequestException', 'Database name is not the same as the transaction');
    }
    transaction.busy = true;
    clearTimeout(transaction.idle);
    try {
      return await work(transaction.connection);
    } catch (error) {
      const failure = toDataApiError(error);
      if (failure.exception === 'DatabaseUnavailableException') drop(id);
      throw failure;
    } finally {
      transaction.busy = false;
      if (open.has(id)) waitIdle(id, transaction);
    }
  }

  /**
   * Ends a transaction.
   * @throws DataApiError where a COMMIT rolled back: PostgreSQL does so, without an error, after a failed statement
   */
  async function end(id: string, database: string | undefined, command: 'COMMIT' | 'ROLLBACK'): Promise<void> {
    const done = await use(id, database, async ({ client }) => (await client.query(command)).command);
    const transaction = open.get(id);
    open.delete(id);
    clearTimeout(transaction?.idle);
    transaction?.connection.release();
    if (done !== command) {
      throw new DataApiError('DatabaseErrorException', 'Transaction was rolled back: an earlier statement had failed');
    }
  }

  function close(): void {
    for (const id of [...open.keys()]) drop(id);
  }

  return { begin, use, end, close };
}

export type Transactions = ReturnType<typeof transactions>;
