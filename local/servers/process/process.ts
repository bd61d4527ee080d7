import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { type ProcessExit, ServerError, type ServerProcess } from '../server.ts';

export interface ProcessOptions {
  /** Named in errors. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The file that stdout and stderr are appended to. */
  readonly log: string;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly gid?: number;
  /** The signal that ends the server in good order. PostgreSQL's fast shutdown is `SIGINT`. */
  readonly stopSignal?: 'SIGTERM' | 'SIGINT';
}

/** 0.1 s each, from the guard's request to its kill. Few: the guard only acts where the runner was killed. */
const GUARD_TENTHS = 20;
const STOP_BOUND_MS = 10_000;

/**
 * The shell starts a guard and then becomes the server (exec keeps the process id). The guard holds the read end of a
 * pipe from the runner. When the runner is gone, for whatever reason, the guard reads EOF and ends the process group.
 * - `( … & )`: the guard isn't a child of the server, since a server may fail on a child that it doesn't know.
 * - `trap '' TERM` is in the guard only: a JVM that inherits an ignored TERM ignores it for ever.
 * - The server gets neither the pipe nor a terminal.
 */
const GUARD = `
exec 3<&0 </dev/null
signal=$1; shift
(
  {
    trap '' TERM INT HUP
    while read -r _ <&3; do :; done
    kill -"$signal" 0
    i=0
    while [ $i -lt ${GUARD_TENTHS} ] && kill -0 $$ 2>/dev/null; do sleep 0.1; i=$((i + 1)); done
    kill -KILL 0
  } >/dev/null 2>&1 &
)
exec 3<&-
exec "$@"
`;

/**
 * Spawns a server in its own process group, so that the terminal's Ctrl-C reaches the runner alone. A guard ends the
 * server within 3 seconds after the runner has died (by SIGKILL too).
 * @throws ServerError where the command can't be started
 */
export async function spawnServer(options: ProcessOptions): Promise<ServerProcess> {
  const stopSignal = options.stopSignal ?? 'SIGTERM';
  const log = openSync(options.log, 'a', 0o600);
  const child = spawn('/bin/sh', ['-c', GUARD, 'guard', stopSignal.slice(3), options.command, ...options.args], {
    detached: true,
    stdio: ['pipe', log, log],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
  });
  closeSync(log);
  // The pipe of a server that has ended breaks; `exited` reports the end.
  child.stdin?.on('error', () => {});

  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) =>
      reject(new ServerError(`${options.name} can't be started: ${cause.message}`, { cause })),
    );
  });
  const pid = child.pid as number;
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once('exit', (code, signal) => {
      // EOF: the guard ends what the server may have left in its process group, and itself.
      child.stdin?.destroy();
      resolve({ code, signal });
    });
  });

  let stopping: Promise<void> | undefined;
  const alive = (): boolean => child.exitCode === null && child.signalCode === null;
  const stop = async (boundMs: number): Promise<void> => {
    if (!alive()) return;
    process.kill(pid, stopSignal);
    // A frozen server handles no signal until it continues.
    process.kill(pid, 'SIGCONT');
    const timer = setTimeout(() => alive() && process.kill(-pid, 'SIGKILL'), boundMs);
    await exited;
    clearTimeout(timer);
  };

  return {
    pid,
    exited,
    signal: (name) => {
      if (alive()) process.kill(pid, name);
    },
    stop: (boundMs = STOP_BOUND_MS) => {
      stopping ??= stop(boundMs);
      return stopping;
    },
  };
}

/** How a process ended, for an error: `exit code 1`, `SIGKILL`. */
export function exitText({ code, signal }: ProcessExit): string {
  return signal ?? `exit code ${code}`;
}
