import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Server } from '../../local/servers/server.ts';

const BOUND_MS = 5_000;

/**
 * Freezes a server until its process gets SIGCONT: its connections stay open, nothing answers. Each of its threads
 * stops when it is next scheduled; until the last one has, a busy machine's server may still answer.
 * @throws Error where it doesn't run, or isn't frozen after 5 s
 */
export async function freeze({ name, process: spawned }: Server): Promise<void> {
  if (spawned === undefined) throw new Error(`${name} doesn't run`);
  spawned.signal('SIGSTOP');
  if (process.platform !== 'linux') return sleep(500);
  const deadline = Date.now() + BOUND_MS;
  while (!(await isFrozen(spawned.pid))) {
    if (Date.now() > deadline) throw new Error(`${name} isn't frozen after ${BOUND_MS / 1000} s`);
    await sleep(5);
  }
}

async function isFrozen(pid: number): Promise<boolean> {
  const tasks = `/proc/${pid}/task`;
  const texts = await Promise.all(
    (await readdir(tasks)).map((id) => readFile(`${tasks}/${id}/stat`, 'utf8').catch(() => '')),
  );
  // "pid (name) state …", and the name may hold anything; a thread that has ended meanwhile has no text.
  return texts.every((text) => text === '' || text.slice(text.lastIndexOf(')') + 2).startsWith('T'));
}
