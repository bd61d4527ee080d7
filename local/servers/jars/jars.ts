import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Artifact } from './artifacts.ts';

/** The file that marks a folder of jars as complete: written last, before the folder gets its final name. */
export const MANIFEST = 'manifest.json';

/** Raise it when the code that makes an artifact's folder changes. */
const RECIPE = 2;

export interface Manifest {
  readonly coordinates: readonly string[];
  /** Size in bytes of each file. */
  readonly files: Readonly<Record<string, number>>;
}

/**
 * The folder of an artifact's jars. Its name has a digest of everything that the content depends on. So a complete
 * folder never changes, and checkouts of different versions share a cache.
 */
export function jarFolder(cache: string, artifact: Artifact): string {
  const source = artifact.source === undefined ? '' : readFileSync(sourcePath(artifact.source), 'utf8');
  const steps = [artifact.without ?? [], source, ...(artifact.withoutManifest ? [artifact.withoutManifest] : [])];
  const recipe = JSON.stringify([RECIPE, artifact.coordinates, ...steps]);
  const digest = createHash('sha256').update(recipe).digest('hex').slice(0, 8);
  return join(cache, 'jars', `${artifact.name}-${artifact.version}-${digest}`);
}

/** Java's `-cp` for an artifact. */
export function classPath(cache: string, artifact: Artifact): string {
  return join(jarFolder(cache, artifact), '*');
}

/** The artifacts that must be downloaded: they are missing, or incomplete (a program has cleaned up the cache). */
export async function missingJars(cache: string, artifacts: readonly Artifact[]): Promise<Artifact[]> {
  const whole = await Promise.all(artifacts.map((artifact) => isWhole(jarFolder(cache, artifact))));
  return artifacts.filter((_, index) => !whole[index]);
}

/** @param source see {@link Artifact.source} */
export function sourcePath(source: string): string {
  return join(import.meta.dirname, '..', source);
}

async function isWhole(folder: string): Promise<boolean> {
  try {
    const manifest = JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')) as Manifest;
    const sizes = await Promise.all(
      Object.entries(manifest.files).map(async ([file, size]) => (await stat(join(folder, file))).size === size),
    );
    return sizes.every((same) => same);
  } catch {
    return false;
  }
}
