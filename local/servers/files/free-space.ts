import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sizeText } from '../progress.ts';
import { ServerError } from '../server.ts';

/** The bytes that this user may still write to a folder, which need not exist yet. */
export async function freeBytes(folder: string): Promise<number> {
  let existing = folder;
  while (!existsSync(existing)) existing = dirname(existing);
  const { bavail, bsize } = await statfs(existing);
  return bavail * bsize;
}

/** @throws ServerError where fewer bytes are free */
export async function requireSpace(folder: string, bytes: number): Promise<void> {
  const free = await freeBytes(folder);
  if (free < bytes) {
    throw new ServerError(
      `The disk is full: ${sizeText(free)} are free at ${folder}, ${sizeText(bytes)} are needed. ` +
        'Free some space and start again.',
    );
  }
}
