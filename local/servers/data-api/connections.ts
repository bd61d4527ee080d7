import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { DataApiError, toDataApiError } from './errors.ts';

/** A connection from a pool, for one call or for a transaction. */
export interface Connection {
  readonly client: pg.PoolClient;
  readonly database: string;
  /** Resets the connection and returns it to its pool; ends a broken one. Idempotent. */
  release(broken?: boolean): void;
}

/** Connections for each database. A transaction holds one of them. The service has a pool too. */
const POOL_SIZE = 10;
const CONNECT_MS = 10_000;
const CLOSE_MS = 1_000;

/** A pool of connections for each database that a request names. */
export function connections(postgresUrl: () => string) {
  const pools = new Map<string, pg.Pool>();
  const out = new Set<Connection>();

  function poolOf(database: string): pg.Pool {
    const known = pools.get(database);
    if (known) return known;
    const url = new URL(postgresUrl());
    url.pathname = `/${encodeURIComponent(database)}`;
    const pool = new pg.Pool({
      connectionString: url.href,
      max: POOL_SIZE,
      connectionTimeoutMillis: CONNECT_MS,
      options: '-c TimeZone=UTC',
    });
    // A server that ends closes idle connections. The next call gets the error.
    pool.on('error', () => {});
    pool.on('connect', (client) => client.on('error', () => {}));
    pools.set(database, pool);
    return pool;
  }

  /** @throws DataApiError DatabaseUnavailableException, DatabaseErrorException (no such database) */
  async function take(database = new URL(postgresUrl()).pathname.slice(1)): Promise<Connection> {
    const client = await poolOf(database)
      .connect()
      .catch((error: unknown) => {
        throw toDataApiError(error);
      });
    const connection: Connection = {
      client,
      database,
      release(broken = false) {
        if (!out.delete(connection)) return;
        if (broken) return client.release(true);
        // Like the service: a call sees no setting and no temporary table of an earlier call.
        client.query('DISCARD ALL').then(
          () => client.release(),
          () => client.release(true),
        );
      },
    };
    out.add(connection);
    return connection;
  }

  /** Asks PostgreSQL to cancel the connection's statement. Ignores errors. */
  function cancel({ client, database }: Connection): void {
    const { processID } = client as unknown as { processID: number };
    poolOf(database)
      .query('SELECT pg_cancel_backend($1)', [processID])
      .catch(() => {});
  }

  async function close(): Promise<void> {
    for (const connection of out) connection.release(true);
    const ended = Promise.all([...pools.values()].map((pool) => pool.end()));
    // A frozen server never closes its connections.
    await Promise.race([ended, sleep(CLOSE_MS, undefined, { ref: false })]);
    pools.clear();
  }

  return { take, cancel, close };
}

export type Connections = ReturnType<typeof connections>;

export interface TimeLimit {
  readonly ms: number;
  /** Called when the limit passes before the work ends. */
  late(): void;
}

/**
 * The result of the work. When the limit passes first, the work goes on without a reader.
 * @throws DataApiError the work's error, or StatementTimeoutException when the limit passes first
 */
export async function within<T>(work: Promise<T>, limit: TimeLimit): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      limit.late();
      reject(new DataApiError('StatementTimeoutException', `Request timed out after ${limit.ms} ms`));
    }, limit.ms);
  });
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    throw toDataApiError(error);
  } finally {
    clearTimeout(timer);
  }
}
