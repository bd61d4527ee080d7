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
  /** How the server wants to be asked to end. PostgreSQL's fast shutdown is `SIGINT`. */
  readonly stopSignal?: 'SIGTERM' | 'SIGINT';
}

/** After this the guard stops asking. Short: the guard only acts where the runner was killed. */
const GUARD_TENTHS = 20;
const STOP_BOUND_MS = 10_000;

/**
 * The shell leaves a guard behind and becomes the server (exec: the same process id). The guard holds the read end of
 * a pipe from the runner; when the runner is gone, however it went, the guard reads EOF and ends the process group.
 * - `( … & )`: the guard is no child of the server, which might stumble over one that it doesn't know.
 * - `trap '' TERM`: in the guard only; a JVM that inherits an ignored TERM would ignore it for good.
 * - the server gets neither the pipe nor a terminal.
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
 * Spawns a server in a process group of its own, so that the terminal's Ctrl-C reaches the runner alone, under a guard
 * that ends it within 3 seconds of the runner's death (SIGKILL too).
 * @throws ServerError where the command can't be started.
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
  // An exited server's pipe breaks; the exit itself is reported by `exited`.
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
      // EOF for the guard: it ends what the server may have left in its group, and itself.
      child.stdin?.destroy();
      resolve({ code, signal });
    });
  });

  let stopping: Promise<void> | undefined;
  const alive = (): boolean => child.exitCode === null && child.signalCode === null;
  const stop = async (boundMs: number): Promise<void> => {
    if (!alive()) return;
    process.kill(pid, stopSignal);
    // A frozen server can't hear the request.
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
