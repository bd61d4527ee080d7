import { type DashboardServer, serveDashboard } from './http/server.ts';
import { type LocalSource, localSource } from './local/local-source.ts';
import type { FromDashboard, ToDashboard } from './messages.ts';

/**
 * The dashboard's process of a run: a fault in it doesn't touch the run, and its CPU time can be measured. It ends with
 * the process that started it, also where that was killed.
 */
let source: LocalSource | undefined;
let server: DashboardServer | undefined;

const tell = (message: FromDashboard) => void process.send?.(message);

process.on('disconnect', () => process.exit());
process.on('message', (message: ToDashboard) => {
  if (message.type === 'status') return source?.status(message.mappings);
  source = localSource(message.facts);
  serveDashboard(source, message.port).then(
    (started) => {
      server = started;
      tell({ type: 'listening', url: started.url });
    },
    (error: Error) => {
      tell({ type: 'failed', message: error.message });
      process.exit(1);
    },
  );
});
process.on('SIGTERM', () => {
  void Promise.all([server?.close(), source?.stop()]).finally(() => process.exit());
});
