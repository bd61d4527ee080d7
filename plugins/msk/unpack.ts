import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import AdmZip from 'adm-zip';

const entry = 'msk-entry';

/** The handler by which serverless-offline's runner reaches a function that `unpack` has laid out. */
export const entryHandler = `${entry}.handler`;

/**
 * Lays out a function's deployment package, so that what runs is what would be deployed.
 *
 * @param artifact the zip that packaging has made
 * @param directory where its files go
 */
export async function unpack(artifact: string, directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  new AdmZip(artifact).extractAllTo(directory, true);
  await copyFile(join(import.meta.dirname, 'entry.cjs'), join(directory, `${entry}.cjs`));
}
