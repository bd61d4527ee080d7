import pg from 'pg';
import { accountFor } from './postgres/account.ts';
import { findBinaries } from './postgres/binaries.ts';
import { DATABASE, ENVIRONMENT, prepareData, SUPERUSER } from './postgres/data-folder.ts';
import { withBackends } from './postgres/signals.ts';
import { processServer } from './process/process-server.ts';
import type { Server, ServerContext } from './server.ts';

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '60',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // When a row was stored, without a column for it: the report's latency.
  track_commit_timestamp: 'on',
};
/**
 * Data that nobody reads after the run needs to outlive a killed server, but no power cut. (Without synchronous_commit
 * a killed server would lose rows that it had confirmed.)
 */
const THROW_AWAY = { fsync: 'off', full_page_writes: 'off' };

/**
 * A real PostgreSQL with an empty database `pipeline`; its endpoint is a `postgres://` URL. Any password will do: it
 * trusts who can connect, and listens on 127.0.0.1 alone.
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
      // SIGINT: a fast shutdown, which waits for no client.
      return { command, args, cwd: data, env: ENVIRONMENT, stopSignal: 'SIGINT', ...account.ids };
    },
    probe: async () => {
      const client = new pg.Client({ connectionString: endpoint });
      client.on('error', () => {});
      await client.connect();
      try {
        await client.query('SELECT 1');
      } finally {
        await client.end();
      }
    },
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
