import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { withDomains } from '#dashboard/server/graph/domains.ts';
import type { FromDashboard, RunFacts, ToDashboard } from '#dashboard/server/messages.ts';
import type { ClaimedCheckout } from '#local/checkout.ts';
import { choosePorts } from '#local/servers/ports/ports.ts';
import type { Stack } from '#local/stack.ts';
import { ROOT } from '#local/stack-file.ts';
import type { MappingStatus } from '#msk';
import type { DeployedRun } from './messages.ts';
import { withoutAws } from './runner.ts';
import type { RunOptions } from './running.ts';

export interface RunningDashboard {
  /** Its address; or why it doesn't run, as the run goes on without it. */
  address: Promise<string>;
  /** Resolves with a line that says why, if its process ends before it is stopped. */
  died: Promise<string>;
  status(mappings: readonly MappingStatus[]): void;
  /** Resolves when its process has ended. */
  stop(): Promise<void>;
}

const MAIN = join(ROOT, 'dashboard', 'server', 'main.ts');
/** ms that it may take to end; then it is killed. */
const STOP_MS = 3_000;
export const DASHBOARD_PORT = 4300;

/** Starts the dashboard of a run, if it is to have one. @throws ServerError where the port asked for is taken */
export async function serveRun(
  { dashboard, stage }: RunOptions,
  checkout: ClaimedCheckout,
  { endpoints, servers }: Stack,
  { references, graph }: DeployedRun,
): Promise<RunningDashboard | undefined> {
  if (dashboard === 'off') return undefined;
  const request = { name: 'dashboard', usual: DASHBOARD_PORT, option: '--dashboard-port' };
  const [port = 0] = await choosePorts([{ ...request, asked: dashboard.port }]);
  const known = servers.map(({ name, endpoint }) => ({ name, endpoint }));
  const facts = { stage, kafka: endpoints.kafka, servers: known, endpoints, references, graph: withDomains(graph) };
  return start(facts, port, checkout);
}

/** Starts the dashboard's process. It ends with this process, even if this one is killed. */
function start(facts: RunFacts, port: number, { logs, temporary }: ClaimedCheckout): RunningDashboard {
  const log = join(logs, 'dashboard.log');
  const output = openSync(log, 'w', 0o600);
  const child = spawn(process.execPath, [MAIN], {
    stdio: ['ignore', output, output, 'ipc'],
    // In its own process group, so that Ctrl-C doesn't end it before the run.
    detached: true,
    env: {
      // It only asks the local servers.
      ...withoutAws(process.env),
      TMPDIR: temporary,
      NODE_COMPILE_CACHE: join(ROOT, 'node_modules', '.cache', 'compile'),
    },
  });
  closeSync(output);
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(`ended with ${signal ?? `exit code ${code}`}; see ${log}`));
    child.once('error', (error) => resolve(error.message));
  });
  const told = new Promise<string>((resolve) => {
    child.once('message', (message: FromDashboard) => {
      resolve(message.type === 'listening' ? message.url : `not served: ${message.message}`);
    });
  });
  send(child, { type: 'run', facts, port });
  let isStopping = false;
  return {
    died: new Promise((resolve) => {
      void ended.then((how) => isStopping || resolve(how));
    }),
    address: Promise.race([told, ended]),
    status: (mappings) => send(child, { type: 'status', mappings: [...mappings] }),
    async stop() {
      isStopping = true;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Once it has ended, nobody needs the message. */
function send(child: ChildProcess, message: ToDashboard): void {
  if (child.connected) child.send(message, () => {});
}
