import { postgresServer } from '#local/servers/postgres.ts';
import type { ServerContext } from '#local/servers/server.ts';

/** What the runner of a stack does, as far as PostgreSQL is concerned: to be forked, given a context, and killed. */
process.once('message', (context: ServerContext) => void run(context));

async function run(context: ServerContext): Promise<void> {
  const server = postgresServer(context);
  await server.start();
  await server.ready();
  process.send?.(server.process?.pid);
}
