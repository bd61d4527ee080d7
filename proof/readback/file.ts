import { readFile } from 'node:fs/promises';
import type { Readback } from './readback.ts';

/** The file that Kafka Connect's sink writes, in a run with Kafka Connect. */
export const file: Readback<{ path: string }, string[]> = { read: ({ path }) => readLines(path) };

/**
 * The lines of a file.
 * @throws Error where there is no such file, or its last line has no line feed: it is still being written
 */
async function readLines(path: string): Promise<string[]> {
  const lines = (await readFile(path, 'utf8')).split('\n');
  if (lines.pop() !== '') throw new Error(`${path}: the last line has no line feed`);
  return lines;
}
