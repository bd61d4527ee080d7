import { readFile } from 'node:fs/promises';

/**
 * The lines of a file, each with its end.
 * @throws Error where the file isn't there, or its last line has no end: it is still being written
 */
export async function readLines(path: string): Promise<string[]> {
  const lines = (await readFile(path, 'utf8')).split('\n');
  if (lines.pop() !== '') throw new Error(`${path}: the last line has no end`);
  return lines;
}
