import { mkdir } from 'node:fs/promises';
import AdmZip from 'adm-zip';

/**
 * Lays out a function's deployment package, so that what runs is what would be deployed.
 *
 * @param artifact the zip that packaging has made
 * @param directory where its files go
 */
export async function unpack(artifact: string, directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  new AdmZip(artifact).extractAllTo(directory, true);
}
