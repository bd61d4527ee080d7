import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { copyWhole } from '../files/whole-file.ts';
import type { Artifact } from '../jars/artifacts.ts';
import { jarFolder } from '../jars/jars.ts';
import type { ServerContext } from '../server.ts';
import type { Java } from './java.ts';

/** A JVM's archive of loaded classes (JEP 350): with it a start takes 60 to 75 % of the CPU time. */
export interface ClassArchive {
  /** JVM flags that use the archive, or make one when the JVM ends without a kill. */
  readonly flags: readonly string[];
  /**
   * Puts the archive that the JVM has made into the cache, for the next start. Call it when the JVM has ended. Best
   * effort: where it fails (the disk is full, the cache can't be written), the server's log says why.
   */
  readonly keep: () => Promise<void>;
}

/** The archive of an artifact's classes for this Java build. A JVM ignores an archive that doesn't fit. */
export function classArchive({ cache, data, log }: ServerContext, java: Java, artifact: Artifact): ClassArchive {
  const digest = createHash('sha256').update(java.home).update(java.build).digest('hex').slice(0, 8);
  const path = join(cache, 'classes', `${basename(jarFolder(cache, artifact))}-java${java.version}-${digest}.jsa`);
  if (existsSync(path)) return { flags: [`-XX:SharedArchiveFile=${path}`], keep: async () => {} };
  const made = join(data, 'classes.jsa');
  return {
    flags: [`-XX:ArchiveClassesAtExit=${made}`],
    keep: async () => {
      if (!existsSync(made)) return;
      try {
        await copyWhole(made, path);
        await rm(made);
      } catch (error) {
        await appendFile(log, `The class archive isn't kept: ${(error as Error).message}\n`).catch(() => {});
      }
    },
  };
}
