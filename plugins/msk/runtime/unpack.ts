import { mkdir } from 'node:fs/promises';
import AdmZip from 'adm-zip';

/**
 * Unpacks a function's deployment package, so that the same code runs locally as on AWS.
 *
 * @param artifact path of the package, a zip file
 * @param directory the folder for its files
 */
export async function unpack(artifact: string, directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  new AdmZip(artifact).extractAllTo(directory, true);
}
