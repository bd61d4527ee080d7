import { postgresServer } from '#local/servers/postgres/postgres.ts';
import type { ServerContext } from '#local/servers/server.ts';

/** Starts PostgreSQL like the runner of a stack. A test forks this file, sends it a context, and kills it. */
process.once('message', (context: ServerContext) => void run(context));

async function run(context: ServerContext): Promise<void> {
  const server = postgresServer(context);
  await server.start();
  await server.ready();
  process.send?.(server.process?.pid);
}
