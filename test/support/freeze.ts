import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { statFields } from '#local/servers/process/process-identity.ts';
import type { Server } from '#local/servers/server.ts';
import { eventually } from './eventually.ts';

/**
 * Freezes a server until its process gets SIGCONT: its connections stay open, and nothing answers. Each of its threads
 * stops when it is scheduled next. Until the last one has stopped, a server on a busy machine may still answer.
 * @throws Error if the server doesn't run, or isn't frozen in time
 */
export async function freeze({ name, process: spawned }: Server): Promise<void> {
  if (spawned === undefined) throw new Error(`${name} doesn't run`);
  spawned.signal('SIGSTOP');
  if (process.platform !== 'linux') return sleep(500);
  await eventually(() => isFrozen(spawned.pid), { what: `${name} is frozen` });
}

/** Freezes a server while `during` runs. @returns its result, and its duration in ms */
export async function whileFrozen<T>(server: Server, during: () => Promise<T>): Promise<{ result: T; took: number }> {
  await freeze(server);
  const began = performance.now();
  try {
    const result = await during();
    return { result, took: performance.now() - began };
  } finally {
    server.process?.signal('SIGCONT');
  }
}

async function isFrozen(pid: number): Promise<boolean> {
  const tasks = `/proc/${pid}/task`;
  const threads = await Promise.all((await readdir(tasks)).map((id) => statFields(`${tasks}/${id}/stat`)));
  // A thread that has ended has no state.
  return threads.every(([state = 'T']) => state === 'T');
}
