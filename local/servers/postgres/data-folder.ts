import { spawn } from 'node:child_process';
import { chown, mkdir, readdir, readlink, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ServerContext, ServerError } from '../server.ts';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';

/** The user's variables (PGDATA, PGPORT, LC_ALL, …) must not change the server's behaviour. */
export const ENVIRONMENT = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' };
export const SUPERUSER = 'postgres';
export const DATABASE = 'pipeline';

/** How long a start waits for the processes of a former server. */
const FORMER_MS = 10_000;

type DataContext = Pick<ServerContext, 'data' | 'kept'>;

/**
 * Opens PostgreSQL's data in `<context.data>/database`, or makes it. New data appears in one step, so that a killed
 * start leaves no incomplete data.
 * @returns the folder
 * @throws ServerError where it can't be made, or a former server still runs on it
 */
export async function prepareData(context: DataContext, binaries: Binaries, account: Account): Promise<string> {
  const { data: folder, kept } = context;
  const data = join(folder, 'database');
  if (await stat(data).catch(() => undefined)) {
    await forgetFormer(data);
    return data;
  }
  const draft = join(folder, 'database.new');
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  const owner = account.ids ?? (await stat(folder));
  await chown(draft, owner.uid, owner.gid);
  const run = command(account, draft);
  const settings = ['--encoding=UTF8', '--locale=C', '--auth=trust', `--username=${SUPERUSER}`, '--no-instructions'];
  await run(binaries.initdb, ['-D', draft, ...settings, ...(kept ? [] : ['--no-sync'])]);
  const alone = ['--single', '-D', draft, '-c', `fsync=${kept ? 'on' : 'off'}`, 'postgres'];
  await run(binaries.postgres, alone, `CREATE DATABASE ${DATABASE};\n`);
  await rename(draft, data);
  return data;
}

function command(account: Account, cwd: string) {
  return async (program: string, args: readonly string[], input = ''): Promise<void> => {
    const [first = program, ...rest] = [...account.prefix, program, ...args];
    const child = spawn(first, rest, { cwd, env: ENVIRONMENT, ...account.ids });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    const exited = new Promise<unknown>((resolve) => child.once('error', resolve).once('close', resolve));
    const [outcome, output, errors] = await Promise.all([exited, text(child.stdout), text(child.stderr)]);
    // A single-user server exits with 0 even after an error.
    if (outcome === 0 && !/^(.*\s)?(ERROR|FATAL):/m.test(errors)) return;
    throw new ServerError(
      `postgres: ${program} failed (${String(outcome)}):\n${output.slice(-500)}${errors.slice(-1_500)}`,
    );
  };
}

/**
 * Removes what makes the start after a kill fail: PostgreSQL refuses to start while a former server's backends hold its
 * shared memory, and where another process has got the id in postmaster.pid. The former processes have the data folder
 * as their working directory. This waits until they have ended (by themselves, or by the guard), and removes the file.
 */
async function forgetFormer(data: string): Promise<void> {
  const lock = join(data, 'postmaster.pid');
  if (process.platform !== 'linux' || !(await stat(lock).catch(() => undefined))) return;
  for (const end = Date.now() + FORMER_MS; ; await sleep(20)) {
    const working = await workingIn(data);
    if (working.length === 0) break;
    if (Date.now() > end) {
      throw new ServerError(`postgres: processes ${working.join(', ')} still run on ${data}: end them and start again`);
    }
  }
  await rm(lock, { force: true });
}

/** The ids of the processes that have a folder as their working directory. */
async function workingIn(folder: string): Promise<string[]> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const folders = await Promise.all(processes.map((id) => readlink(`/proc/${id}/cwd`).catch(() => undefined)));
  return processes.filter((_, index) => folders[index] === folder);
}
