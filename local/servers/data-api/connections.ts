import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { DataApiError, toDataApiError } from './errors.ts';

/** A connection taken out of its pool, for one call or for a transaction. */
export interface Connection {
  readonly client: pg.PoolClient;
  readonly database: string;
  /** Gives it back, clean, or ends it. Idempotent. */
  release(broken?: boolean): void;
}

/** The service keeps a pool too; 10 is enough for one machine, and a transaction holds one of them. */
const POOL_SIZE = 10;
const CONNECT_MS = 10_000;
const CLOSE_MS = 1_000;

/** A pool of connections for each database that a request named. */
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
    // A server that goes away ends idle connections; the next call sees it by itself.
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
        // As the service does it: no setting, no temporary table of one call is seen by the next.
        client.query('DISCARD ALL').then(
          () => client.release(),
          () => client.release(true),
        );
      },
    };
    out.add(connection);
    return connection;
  }

  /** Asks PostgreSQL to cancel what the connection runs; gives up quietly where it doesn't answer. */
  function cancel({ client, database }: Connection): void {
    const { processID } = client as unknown as { processID: number };
    poolOf(database)
      .query('SELECT pg_cancel_backend($1)', [processID])
      .catch(() => {});
  }

  async function close(): Promise<void> {
    for (const connection of out) connection.release(true);
    const ended = Promise.all([...pools.values()].map((pool) => pool.end()));
    // A frozen server never says goodbye.
    await Promise.race([ended, sleep(CLOSE_MS, undefined, { ref: false })]);
    pools.clear();
  }

  return { take, cancel, close };
}

export type Connections = ReturnType<typeof connections>;

export interface TimeLimit {
  readonly ms: number;
  /** Called when the limit passes first. */
  late(): void;
}

/**
 * The work's outcome, or StatementTimeoutException when the limit passes first; the work itself goes on.
 * @throws DataApiError
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
