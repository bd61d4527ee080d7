import { readFile } from 'node:fs/promises';

/**
 * The lines of a file.
 * @throws Error where there is no such file, or its last line has no line feed: it is still being written
 */
export async function readLines(path: string): Promise<string[]> {
  const lines = (await readFile(path, 'utf8')).split('\n');
  if (lines.pop() !== '') throw new Error(`${path}: the last line has no line feed`);
  return lines;
}
