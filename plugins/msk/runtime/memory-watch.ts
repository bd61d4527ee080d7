import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';

const lookMilliseconds = 500;
/** MB for Node.js itself, and for garbage that V8 has not collected yet. */
const allowance = 128;
const pageBytes = 4096;

/**
 * Calls `exceeded` when a process's resident memory exceeds a limit by more than Node.js itself needs. V8 limits its
 * own heap, but not buffers and native memory. Works on Linux only, because it reads /proc.
 *
 * @param megabytes the limit
 * @returns a function that ends the watch
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
