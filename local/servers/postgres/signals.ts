import { readFileSync } from 'node:fs';
import type { ServerProcess } from '../server.ts';

/**
 * PostgreSQL's main process (the postmaster) together with its backends: a signal freezes or thaws all of them. Each
 * backend has its own process group, and goes on answering its connection while the postmaster is frozen. On systems
 * other than Linux the signal reaches the postmaster only.
 */
export function withBackends(postmaster: ServerProcess): ServerProcess {
  return {
    ...postmaster,
    signal(name) {
      // The postmaster stops first and continues last, so that it starts no backend in between.
      if (name === 'SIGCONT') signalAll(backends(postmaster.pid), name);
      postmaster.signal(name);
      if (name === 'SIGSTOP') signalAll(backends(postmaster.pid), name);
    },
    async stop(boundMs) {
      signalAll(backends(postmaster.pid), 'SIGCONT');
      await postmaster.stop(boundMs);
    },
  };
}

function backends(postmaster: number): number[] {
  try {
    const list = readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8');
    return list.split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function signalAll(ids: readonly number[], name: NodeJS.Signals): void {
  for (const id of ids) {
    try {
      process.kill(id, name);
    } catch {
      // The process has ended in the meantime.
    }
  }
}
