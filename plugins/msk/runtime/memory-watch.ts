import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';

const lookMilliseconds = 500;
/** What Node.js itself takes, and garbage that V8 has not collected yet. */
const allowance = 128;
const pageBytes = 4096;

/**
 * Tells of a process whose resident memory exceeds a limit by more than Node.js itself takes: V8 bounds its own heap,
 * but not buffers nor native memory. On Linux only, which says what a process has.
 *
 * @param megabytes the limit
 * @returns ends the watch
 */
export function watchMemory(process: ChildProcess, megabytes: number, exceeded: () => void): () => void {
  const look = async () => {
    const statm = await readFile(`/proc/${process.pid}/statm`, 'utf8').catch(() => '');
    const pages = Number(statm.split(' ')[1] ?? 0);
    if (pages * pageBytes > (megabytes + allowance) * 1024 * 1024) exceeded();
  };
  const timer = setInterval(() => void look(), lookMilliseconds).unref();
  return () => clearInterval(timer);
}
