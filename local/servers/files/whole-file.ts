import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Writes a file that is whole at any moment: a reader, or the next start after a kill, finds the former text or the
 * new one. Each process writes its own draft.
 * @param options mode of the file; default 0o666 without the umask's bits
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

/** Copies a file, also across file systems; the copy is whole at any moment. Makes the copy's folder. */
export async function copyWhole(from: string, to: string): Promise<void> {
  const draft = `${to}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    await mkdir(dirname(to), { recursive: true });
    await copyFile(from, draft);
    await rename(draft, to);
  } finally {
    await rm(draft, { force: true });
  }
}
