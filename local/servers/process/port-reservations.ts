import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LockedError, takeLock } from './lock.ts';

/** The ports that stacks of this user have chosen: from a look at a port until its server listens takes seconds. */
export interface PortReservations {
  /** Reserves a port; false where another running stack has it. */
  readonly take: (port: number) => Promise<boolean>;
  /** Gives all of them back. A killed process's are free at once. */
  readonly release: () => Promise<void>;
}

/** One file a port, in the cache's folder, which all checkouts share. Where it can't be written, nothing is reserved. */
export function portReservations(cache: string): PortReservations {
  const folder = join(cache, 'ports');
  const releases: (() => Promise<void>)[] = [];
  return {
    take: async (port) => {
      try {
        await mkdir(folder, { recursive: true });
        releases.push(await takeLock(join(folder, String(port))));
        return true;
      } catch (error) {
        return !(error instanceof LockedError);
      }
    },
    release: async () => {
      await Promise.all(releases.splice(0).map((release) => release()));
    },
  };
}
