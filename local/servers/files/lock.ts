import { randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, ownIdentity, type ProcessIdentity } from '../process/process-identity.ts';
import { ServerError } from '../server.ts';

/** ms between two checks of another process's takeover */
const TAKEOVER_PAUSE_MS = 5;

/** A running process holds the lock. */
export class LockedError extends Error {
  override readonly name = 'LockedError';
  readonly holder: ProcessIdentity;
  constructor(path: string, holder: ProcessIdentity) {
    super(`${path} is held by process ${holder.pid}`);
    this.holder = holder;
  }
}

/**
 * Takes a lock file for this process. Takes over the lock of a dead process, so that a kill leaves no lock behind.
 * @returns a function that releases the lock
 * @throws LockedError where a running process holds it; ServerError where the lock file can't be read
 * @example
 * const release = await takeLock('/data/lock');
 */
export async function takeLock(path: string): Promise<() => Promise<void>> {
  const own = await ownIdentity();
  const text = JSON.stringify(own);
  const draft = `${path}.${randomUUID()}`;
  // A link makes the whole file appear at once. Another process could read a new file before its text is written.
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
 * Removes the lock of a dead process. One process at a time does so: a second process, which saw the same dead holder,
 * would remove the lock that the first one has taken in the meantime.
 * @throws LockedError where a running process holds it
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
 * The text of a dead process's lock; undefined where there is no lock.
 * @throws LockedError where a running process holds it; ServerError where it can't be read
 */
async function staleText(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    // A lock that can't be read (another user's, or a folder) stays: the loop of takeLock would never end.
    if (error.code === 'ENOENT') return undefined;
    throw new ServerError(`${path} is there and can't be read (${error.code}): remove it, or let its owner remove it`, {
      cause: error,
    });
  });
  const holder = text === undefined ? undefined : parseHolder(text);
  if (holder !== undefined && (await isRunning(holder))) throw new LockedError(path, holder);
  return text;
}

/** Waits for another process's takeover, which takes a few ms; removes it where its process is dead. */
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
