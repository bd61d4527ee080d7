import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile, copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ArtifactName } from '../jars/artifacts.ts';
import { jarFolder } from '../jars/jars.ts';
import type { ServerContext } from '../server.ts';
import type { Java } from './java.ts';

/** A JVM's archive of loaded classes (JEP 350): with it a server starts for 60 to 75 % of the CPU. */
export interface ClassArchive {
  /** Flags that use the archive, or make one at the JVM's ordinary exit. */
  readonly flags: readonly string[];
  /**
   * Once the JVM has ended: puts what it made into the cache, for the next start. Best effort: where it fails (a full
   * disk, a cache that can't be written) the server's log says why, and the next start is slower.
   */
  readonly keep: () => Promise<void>;
}

/** The archive of an artifact's classes for this very JDK; a JVM ignores one that doesn't fit, and starts slower. */
export function classArchive({ cache, data, log }: ServerContext, java: Java, name: ArtifactName): ClassArchive {
  const digest = createHash('sha256').update(java.home).update(java.build).digest('hex').slice(0, 8);
  const path = join(cache, 'classes', `${basename(jarFolder(cache, name))}-java${java.version}-${digest}.jsa`);
  if (existsSync(path)) return { flags: [`-XX:SharedArchiveFile=${path}`], keep: async () => {} };
  const made = join(data, 'classes.jsa');
  return {
    flags: [`-XX:ArchiveClassesAtExit=${made}`],
    keep: () =>
      moveInto(path, made).catch((error: unknown) =>
        appendFile(log, `The class archive isn't kept: ${(error as Error).message}\n`).catch(() => {}),
      ),
  };
}

/** Across file systems; the archive gets its name when it is whole. */
async function moveInto(path: string, made: string): Promise<void> {
  if (!existsSync(made)) return;
  const draft = `${path}.${process.pid}`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await copyFile(made, draft);
    await rename(draft, path);
    await rm(made);
  } finally {
    await rm(draft, { force: true });
  }
}
