import pg from 'pg';
import type { ServerDescription } from '../description.ts';
import { processServer } from '../process/process-server.ts';
import type { Server, ServerContext } from '../server.ts';
import { accountFor } from './account.ts';
import { findBinaries } from './binaries.ts';
import { DATABASE, ENVIRONMENT, prepareData, SUPERUSER } from './data-folder.ts';
import { withBackends } from './signals.ts';

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '60',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // The report's latency needs the time at which a row was stored, and the tables have no column for it.
  track_commit_timestamp: 'on',
};
/**
 * For data that isn't kept: it must survive a killed server, but not a power cut. (synchronous_commit stays on: without
 * it a killed server would lose rows that it had confirmed.)
 */
const THROW_AWAY = { fsync: 'off', full_page_writes: 'off' };

export const postgres = {
  name: 'postgres',
  usual: 5432,
  isIn: ({ minimal }) => !minimal,
  make: ({ context }) => postgresServer(context),
  endpoint: 'postgres',
} as const satisfies ServerDescription;

/**
 * A real PostgreSQL with an empty database `pipeline`; its endpoint is a `postgres://` URL. It accepts any password and
 * listens on 127.0.0.1 only.
 */
export function postgresServer(context: ServerContext): Server {
  const endpoint = `postgres://${SUPERUSER}@127.0.0.1:${context.port}/${DATABASE}`;
  const server = processServer({
    name: 'postgres',
    endpoint,
    port: context.port,
    log: context.log,
    launch: async () => {
      const binaries = await findBinaries();
      const account = await accountFor(context.data, [binaries.folder]);
      const data = await prepareData(context, binaries, account);
      const settings = { ...SETTINGS, port: String(context.port), ...(context.kept ? {} : THROW_AWAY) };
      const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
      const [command = binaries.postgres, ...args] = [...account.prefix, binaries.postgres, '-D', data, ...options];
      // SIGINT: a fast shutdown, which doesn't wait for clients.
      return { command, args, cwd: data, env: ENVIRONMENT, stopSignal: 'SIGINT', ...account.ids };
    },
    probe: () => probePostgres(endpoint),
  });
  return {
    ...server,
    get process() {
      return server.process && withBackends(server.process);
    },
    async stop() {
      await (server.process && withBackends(server.process).stop());
      await server.stop();
    },
  };
}

/** Connects and asks. @throws Error where the server doesn't answer */
export async function probePostgres(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query('SELECT 1');
  } finally {
    await client.end();
  }
}
