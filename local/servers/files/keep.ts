import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ServerError } from '../server.ts';
import { LockedError, takeLock } from './lock.ts';
import { writeWhole } from './whole-file.ts';

/** The folder of a run's data. */
export interface DataFolder {
  readonly path: string;
  /** True where the data stays after the run. */
  readonly kept: boolean;
  /** To be called when every server has answered: the data is complete then, and the next run continues with it. */
  readonly complete: () => Promise<void>;
  /** Removes data that isn't kept, and releases the lock. */
  readonly release: () => Promise<void>;
}

const PREFIX = join(tmpdir(), 'msk-pipeline-');
const MANIFEST = 'stack-data.json';
const LOCK = 'lock';
/** Files that a first start may leave before its manifest. */
const OWN = /^(lock|stack-data\.json)/;

/** An empty folder for one run, removed at its end. */
export async function temporaryFolder(): Promise<DataFolder> {
  const path = await mkdtemp(PREFIX);
  return { path, kept: false, complete: async () => {}, release: () => removeTemporary(path) };
}

/** Removes a folder of {@link temporaryFolder}; ignores any other path. */
export async function removeTemporary(path: string): Promise<void> {
  if (path.startsWith(PREFIX) && !path.slice(PREFIX.length).includes('/'))
    await rm(path, { recursive: true, force: true });
}

/**
 * Opens the folder of `--keep`. It has the data of all servers or of none: what a killed first start has left is
 * removed; the data of other servers, or of another number of brokers, is refused.
 * @param servers the names of all servers of this run
 * @throws ServerError where another run uses the folder, it holds other files, or its data doesn't fit
 */
export async function keptFolder(folder: string, servers: readonly string[]): Promise<DataFolder> {
  const path = resolve(folder);
  const manifest = join(path, MANIFEST);
  const files = existsSync(path) ? await readdir(path) : [];
  if (files.length > 0 && !existsSync(manifest) && files.some((name) => !OWN.test(name))) {
    throw new ServerError(`${path} holds other files: name an empty or a new folder with --keep.`);
  }
  await mkdir(path, { recursive: true });
  const release = await lock(path);
  try {
    const former = await formerServers(manifest);
    if (former === undefined) {
      await rm(join(path, 'data'), { recursive: true, force: true });
      await writeWhole(manifest, JSON.stringify({ complete: false, servers }));
    } else {
      refuseMismatch(path, former, servers);
    }
  } catch (error) {
    await release();
    throw error;
  }
  return {
    path: join(path, 'data'),
    kept: true,
    complete: () => writeWhole(manifest, JSON.stringify({ complete: true, servers })),
    release,
  };
}

/** The servers whose data is complete; undefined where no start has completed it. */
async function formerServers(manifest: string): Promise<readonly string[] | undefined> {
  const text = await readFile(manifest, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{"complete":false}';
    throw error;
  });
  try {
    const { complete, servers } = JSON.parse(text) as { complete: boolean; servers: string[] };
    return complete ? servers : undefined;
  } catch (cause) {
    // This code writes the file whole, so something else has changed it. The data beside it may be complete: keep it.
    throw new ServerError(`${manifest} can't be read: restore it, or name another folder with --keep.`, { cause });
  }
}

function refuseMismatch(path: string, former: readonly string[], servers: readonly string[]): void {
  if (former.join() !== servers.join()) {
    throw new ServerError(
      `${path} holds the data of ${former.join(', ')}; this run has ${servers.join(', ')}. ` +
        'Start it with the same --brokers and --minimal, or name another folder with --keep.',
    );
  }
  const lacking = servers.filter((name) => !existsSync(join(path, 'data', name)));
  if (lacking.length > 0) {
    throw new ServerError(
      `${path} lacks the data of ${lacking.join(', ')}: the stores would contradict each other. ` +
        'Remove the folder, or name another one with --keep.',
    );
  }
}

async function lock(path: string): Promise<() => Promise<void>> {
  try {
    return await takeLock(join(path, LOCK));
  } catch (error) {
    if (!(error instanceof LockedError)) throw error;
    throw new ServerError(
      `${path} is in use by another run (process ${error.holder.pid}): ` +
        'stop that run, or name another folder with --keep.',
      { cause: error },
    );
  }
}
