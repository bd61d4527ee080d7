import { rename, rm, writeFile } from 'node:fs/promises';

/**
 * Writes a file that is whole at any moment: whoever reads it, or is killed while writing it, finds the former text or
 * the new one. Two writers at once each have a draft of their own.
 * @param options mode: of the file, default 0o666 without the umask's bits
 */
export async function writeWhole(path: string, text: string, options: { mode?: number } = {}): Promise<void> {
  const draft = `${path}.${process.pid}.new`;
  try {
    await writeFile(draft, text, options);
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}
