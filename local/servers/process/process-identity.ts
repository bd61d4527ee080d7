import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ServerError } from '../server.ts';

const execute = promisify(execFile);
/** Linux's, and that it is mounted. The same for all processes of a machine: what they write down is compared. */
const HAS_PROC = existsSync('/proc/self/stat');

/** A process, told apart from a later one with the same id by when it started. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Compared, never read: ticks since boot on Linux, else a date. */
  readonly started: string;
}

/** Who a process is; undefined where there is none, or only one that has ended and waits to be reaped. */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  const started = HAS_PROC ? await startedByProc(pid) : await startedByPs(pid);
  return started === undefined ? undefined : { pid, started };
}

/**
 * Who this process is.
 * @throws ServerError where the machine doesn't tell: without it no lock and no recorded process can be told from
 * another's.
 */
export async function ownIdentity(): Promise<ProcessIdentity> {
  const own = await identify(process.pid);
  if (own !== undefined) return own;
  throw new ServerError(
    "this machine doesn't say when a process started: there is no /proc, and `ps -o stat= -o lstart= -p` doesn't work. " +
      'Mount /proc, or install ps (Debian: apt-get install procps)',
  );
}

/** Whether that very process still runs: false for another one that got its id. */
export async function isRunning(identity: ProcessIdentity): Promise<boolean> {
  return (await identify(identity.pid))?.started === identity.started;
}

/** Ends a process and its group where it is still the very one that was recorded; kills it after 3 s. */
export async function endProcess(identity: ProcessIdentity): Promise<boolean> {
  if (!(await isRunning(identity))) return false;
  signalGroup(identity.pid, 'SIGTERM');
  signalGroup(identity.pid, 'SIGCONT');
  for (let tenths = 0; tenths < 30; tenths += 1) {
    if (!(await isRunning(identity))) return true;
    await sleep(100);
  }
  signalGroup(identity.pid, 'SIGKILL');
  return true;
}

function signalGroup(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(-pid, name);
  } catch {
    // It went in between.
  }
}

/**
 * A process's or thread's state, and what follows it: field 3 of proc(5) on Linux and on, since the command's name,
 * field 2, may hold spaces and parentheses. Empty where there is no such file.
 */
export async function statFields(file: string): Promise<string[]> {
  const stat = await readFile(file, 'utf8').catch(() => '');
  return stat === '' ? [] : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Field 22 is the start. */
async function startedByProc(pid: number): Promise<string | undefined> {
  const [state, ...fields] = await statFields(`/proc/${pid}/stat`);
  return state === 'Z' ? undefined : fields[18];
}

async function startedByPs(pid: number): Promise<string | undefined> {
  const { stdout } = await execute('ps', ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)], {
    env: { ...process.env, LC_ALL: 'C' },
  }).catch(() => ({ stdout: '' }));
  const [state, ...started] = stdout.trim().split(/\s+/);
  return state === '' || state?.startsWith('Z') ? undefined : started.join(' ');
}
