import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ServerError } from '../server.ts';

const execute = promisify(execFile);
/**
 * Whether /proc is there, as on Linux. All processes of a machine must get the same answer: they compare what they
 * wrote to files.
 */
const HAS_PROC = existsSync('/proc/self/stat');

/** A process: its start tells it from a later process with the same id. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Only compared: ticks since boot on Linux, a date elsewhere. */
  readonly started: string;
}

/** A process's identity; undefined where no process has the id, or where it has ended and waits to be reaped. */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  const started = HAS_PROC ? await startedByProc(pid) : await startedByPs(pid);
  return started === undefined ? undefined : { pid, started };
}

/**
 * This process's identity.
 * @throws ServerError where the machine doesn't tell the start: locks and recorded processes need it
 */
export async function ownIdentity(): Promise<ProcessIdentity> {
  const own = await identify(process.pid);
  if (own !== undefined) return own;
  throw new ServerError(
    "this machine doesn't say when a process started: " +
      "there is no /proc, and `ps -o stat= -o lstart= -p` doesn't work. " +
      'Mount /proc, or install ps (Debian: apt-get install procps)',
  );
}

/** Whether this very process still runs: false for another process that got its id. */
export async function isRunning(identity: ProcessIdentity): Promise<boolean> {
  return (await identify(identity.pid))?.started === identity.started;
}

/**
 * Ends a process and its process group, and kills them after 3 s. Does nothing where another process got the id.
 * @returns whether the process still ran
 */
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
    // The process has ended in the meantime.
  }
}

/**
 * The fields of a process's or thread's stat file on Linux (proc(5)), from field 3, the state, on: field 2, the
 * command's name, may hold spaces and parentheses. Empty where there is no such file.
 */
export async function statFields(file: string): Promise<string[]> {
  const stat = await readFile(file, 'utf8').catch(() => '');
  return stat === '' ? [] : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Field 22 of proc(5) is the start. */
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
