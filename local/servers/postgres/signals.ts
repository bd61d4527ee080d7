import { readFileSync } from 'node:fs';
import type { ServerProcess } from '../server.ts';

/**
 * PostgreSQL's process, whose backends are frozen and thawed with it: each is a process of a group of its own, and an
 * open connection of a frozen postmaster works on. (Linux; elsewhere the postmaster alone.)
 */
export function withBackends(postmaster: ServerProcess): ServerProcess {
  return {
    ...postmaster,
    signal(name) {
      // Stopped first, so that it starts no backend in between; continued last.
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
      // It went in between.
    }
  }
}
