import { readdir, readFile, readlink } from 'node:fs/promises';

/** The state of a listening socket in /proc/net/tcp (include/net/tcp_states.h). */
const LISTEN = '0A';

/**
 * Whether a process listens on a port: a server whose port was taken in the meantime would otherwise be thought to
 * answer while another program does. True as well where the machine doesn't say (no /proc, another user's process).
 */
export async function listensOn(pid: number, port: number): Promise<boolean> {
  const sockets = new Set(await listeners(port));
  if (sockets.size === 0) return true;
  const folder = `/proc/${pid}/fd`;
  const open = await readdir(folder).catch((error: NodeJS.ErrnoException) => error.code);
  // Gone, or not to be looked at.
  if (!Array.isArray(open)) return open !== 'ENOENT';
  const links = await Promise.all(open.map((fd) => readlink(`${folder}/${fd}`).catch(() => '')));
  return links.some((link) => sockets.has(link));
}

/** The sockets that listen on a port of any address, as a process's descriptors link to them. */
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
