import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Server } from '#local/servers/server.ts';
import type { Target } from '../strike.ts';

/** ms that a server may go on after its disk is full, until it is killed. */
const FULL_MS = 20_000;

/** Kills a server, and starts it again on the same data. */
export async function killed(target: Target, server: Server, seconds: number): Promise<void> {
  target.mayEnd(server.name);
  const { process: running } = server;
  running?.signal('SIGKILL');
  await running?.exited;
  await sleep(seconds * 1000);
  await startAgain(server);
}

/** Stops a server in good order, and starts it again. */
export async function restarted(target: Target, server: Server, seconds: number): Promise<void> {
  target.mayEnd(server.name);
  await server.stop();
  await sleep(seconds * 1000);
  await startAgain(server);
}

/** Freezes a server: its connections stay open, and nothing answers. */
export async function frozen(server: Server, seconds: number): Promise<void> {
  server.process?.signal('SIGSTOP');
  try {
    await sleep(seconds * 1000);
  } finally {
    server.process?.signal('SIGCONT');
  }
}

/**
 * Lets every write of a server to its files fail, as on a full disk, until it ends. A full file system would need root;
 * a limit on the size of files doesn't (prlimit(1), RLIMIT_FSIZE).
 */
export async function diskFull(target: Target, server: Server, seconds: number): Promise<void> {
  target.mayEnd(server.name);
  const { process: running } = server;
  if (running === undefined) throw new Error(`${server.name} doesn't run`);
  await limit(running.pid, '--fsize=1:1');
  const timer = setTimeout(() => running.signal('SIGKILL'), FULL_MS);
  await running.exited;
  clearTimeout(timer);
  await sleep(seconds * 1000);
  await startAgain(server);
}

/** Limits what a running process may use: see prlimit(1). */
export async function limit(pid: number, option: string): Promise<void> {
  await promisify(execFile)('prlimit', ['--pid', String(pid), option]);
}

async function startAgain(server: Server): Promise<void> {
  // Ends what the server may have left in its process group; without it, the server can't be started again.
  await server.stop();
  await server.start();
  await server.ready();
}
