import { readdir, readFile, readlink } from 'node:fs/promises';

/** The state of a listening socket in /proc/net/tcp (include/net/tcp_states.h). */
const LISTEN = '0A';

/**
 * Whether a process listens on a port. Where another program has taken a server's port in the meantime, that program's
 * answers must not count as the server's. True also where the machine doesn't tell (no /proc, another user's process).
 */
export async function listensOn(pid: number, port: number): Promise<boolean> {
  const sockets = new Set(await listeners(port));
  if (sockets.size === 0) return true;
  const folder = `/proc/${pid}/fd`;
  const open = await readdir(folder).catch((error: NodeJS.ErrnoException) => error.code);
  // ENOENT: the process has ended. Any other code: this user may not see it.
  if (!Array.isArray(open)) return open !== 'ENOENT';
  const links = await Promise.all(open.map((fd) => readlink(`${folder}/${fd}`).catch(() => '')));
  return links.some((link) => sockets.has(link));
}

/** The sockets that listen on a port, at any address, in the form of the links in `/proc/<pid>/fd`. */
async function listeners(port: number): Promise<string[]> {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
  );
  return tables
    .flatMap((table) => table.split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => state === LISTEN && local?.endsWith(suffix))
    .map((fields) => `socket:[${fields[9]}]`);
}
