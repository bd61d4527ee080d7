import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { identify, isRunning, type ProcessIdentity } from './process-identity.ts';

/** Says that a living process holds the lock. */
export class LockedError extends Error {
  override readonly name = 'LockedError';
  readonly holder: ProcessIdentity;
  constructor(path: string, holder: ProcessIdentity) {
    super(`${path} is held by process ${holder.pid}`);
    this.holder = holder;
  }
}

/**
 * Takes a lock file for this process. One that a dead process left is taken over, so that no kill leaves a lock behind.
 * @returns what gives it back.
 * @throws LockedError where a living process holds it.
 * @example
 * const release = await takeLock('/data/lock');
 */
export async function takeLock(path: string): Promise<() => Promise<void>> {
  const own = await identify(process.pid);
  const text = JSON.stringify(own);
  const draft = `${path}.${randomUUID()}`;
  // A link appears whole or not at all; a file that is created and then written could be read half.
  await writeFile(draft, text, { mode: 0o600 });
  try {
    while (!(await linked(draft, path))) await removeStale(path);
  } finally {
    await rm(draft, { force: true });
  }
  return async () => {
    if ((await readFile(path, 'utf8').catch(() => '')) === text) await rm(path, { force: true });
  };
}

async function linked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function removeStale(path: string): Promise<void> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return;
  const holder = parseHolder(text);
  if (holder !== undefined && (await isRunning(holder))) throw new LockedError(path, holder);

  const aside = `${path}.${randomUUID()}`;
  await rename(path, aside).catch(() => {});
  const moved = await readFile(aside, 'utf8').catch(() => text);
  // Another process took it over in between: what was moved is its living lock.
  if (moved !== text) await linked(aside, path);
  await rm(aside, { force: true });
}

function parseHolder(text: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(text) as ProcessIdentity;
  } catch {
    return undefined;
  }
}
