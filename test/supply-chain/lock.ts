import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');

/** A package of package-lock.json. */
export interface Locked {
  path: string;
  name: string;
  version: string;
  license?: string;
  dev?: boolean;
  optional?: boolean;
}

interface Entry extends Omit<Locked, 'path' | 'name'> {
  name?: string;
}

/** The packages of package-lock.json, each version once for each place. */
export function lockedPackages(): Locked[] {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Entry>;
  };
  return Object.entries(packages).flatMap(([path, entry]) => {
    // "" is this project.
    if (path === '') return [];
    return [{ ...entry, path, name: entry.name ?? path.split('node_modules/').at(-1) ?? '' }];
  });
}
