import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from '../progress.ts';
import { LockedError, takeLock } from './lock.ts';

const PAUSE_MS = 500;

/**
 * Takes a lock, as {@link takeLock} does, and waits while another process holds it.
 * @param doing what the other process does, for the progress: "is downloading the servers"
 */
export async function waitForLock(
  path: string,
  doing: string,
  { progress, signal }: { readonly progress: Progress; readonly signal?: AbortSignal | undefined },
): Promise<() => Promise<void>> {
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await takeLock(path);
    } catch (error) {
      if (!(error instanceof LockedError)) throw error;
      progress.update(`waiting: process ${error.holder.pid} ${doing}`);
      await sleep(PAUSE_MS);
    }
  }
}
