import { randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServerError } from '../server.ts';
import { isRunning, ownIdentity, type ProcessIdentity } from './process-identity.ts';

/** ms between two looks at another process's takeover */
const TAKEOVER_PAUSE_MS = 5;

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
 * @throws LockedError where a living process holds it; ServerError where what is there can't be read.
 * @example
 * const release = await takeLock('/data/lock');
 */
export async function takeLock(path: string): Promise<() => Promise<void>> {
  const own = await ownIdentity();
  const text = JSON.stringify(own);
  const draft = `${path}.${randomUUID()}`;
  // A link appears whole or not at all; a file that is created and then written could be read half.
  await writeFile(draft, text, { mode: 0o600 });
  try {
    while (!(await linked(draft, path))) await removeStale(path, draft);
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

/**
 * Removes a lock that a dead process left. One process at a time does so: a second one, which saw the same dead holder,
 * would remove the lock that was taken since.
 * @throws LockedError where a living process holds it
 */
async function removeStale(path: string, draft: string): Promise<void> {
  const text = await staleText(path);
  if (text === undefined) return;
  const takeover = `${path}.takeover`;
  if (!(await linked(draft, takeover))) {
    await removeLeftTakeover(takeover);
    return;
  }
  try {
    if ((await readFile(path, 'utf8').catch(() => '')) === text) await rm(path, { force: true });
  } finally {
    await rm(takeover, { force: true });
  }
}

/**
 * What a dead process left; undefined where there is nothing.
 * @throws LockedError where a living process holds it; ServerError where it can't be read
 */
async function staleText(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    // Only a lock that is gone is none: one that can't be read (another user's, a folder) stays, and would be tried
    // again for ever.
    if (error.code === 'ENOENT') return undefined;
    throw new ServerError(`${path} is there and can't be read (${error.code}): remove it, or let its owner do so`, {
      cause: error,
    });
  });
  const holder = text === undefined ? undefined : parseHolder(text);
  if (holder !== undefined && (await isRunning(holder))) throw new LockedError(path, holder);
  return text;
}

/** A takeover takes a few ms: it is waited for, unless it was killed in them. */
async function removeLeftTakeover(takeover: string): Promise<void> {
  try {
    if ((await staleText(takeover)) !== undefined) await rm(takeover, { force: true });
  } catch (error) {
    if (!(error instanceof LockedError)) throw error;
    await sleep(TAKEOVER_PAUSE_MS);
  }
}

function parseHolder(text: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(text) as ProcessIdentity;
  } catch {
    return undefined;
  }
}
