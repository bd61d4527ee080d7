import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LockedError, takeLock } from '../files/lock.ts';

/**
 * The ports that this user's stacks have chosen. A stack chooses a port seconds before its server listens on it, and
 * another stack must not choose the same port in between.
 */
export interface PortReservations {
  /** Reserves a port; false where another running stack has it. */
  readonly take: (port: number) => Promise<boolean>;
  /** Releases all ports. The ports of a killed process are free at once. */
  readonly release: () => Promise<void>;
}

/** One lock file for each port, in the cache that all checkouts share. Reserves nothing where it can't be written. */
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
