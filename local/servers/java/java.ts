import { existsSync } from 'node:fs';
import { readdir, readFile, realpath } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { ServerError } from '../server.ts';

export interface Java {
  /** The `java` program. */
  readonly path: string;
  /** The folder for JAVA_HOME. */
  readonly home: string;
  /** The feature release: 17, 25. */
  readonly version: number;
  /** The text of the `release` file, which changes with every update in the same folder. */
  readonly build: string;
  /** True for the Java that pip downloaded: it doesn't know which certificate authorities this machine trusts. */
  readonly private?: true;
}

/** Where systems install Java: Debian and Red Hat; macOS. */
const FOLDERS = [
  { folder: '/usr/lib/jvm', home: '' },
  { folder: '/Library/Java/JavaVirtualMachines', home: 'Contents/Home' },
];

/**
 * Finds a Java runtime or JDK. Takes JAVA_HOME where that is new enough, so that the user can choose; else the newest
 * on the PATH and in the system's folders, since Debian's `java` is often older than a JDK beside it.
 * @param minimum the oldest feature release that is accepted
 * @throws ServerError where there is none: names the newest that was found
 */
export async function findJava(minimum: number, environment: NodeJS.ProcessEnv = process.env): Promise<Java> {
  const named = environment['JAVA_HOME'] ? await javaAt(environment['JAVA_HOME']) : undefined;
  if (named !== undefined && named.version >= minimum) return named;

  const homes = [...new Set([...(await onPath(environment['PATH'] ?? '')), ...(await inFolders())])];
  const found = (await Promise.all(homes.map(javaAt))).filter((java) => java !== undefined);
  const newest = found.toSorted((a, b) => b.version - a.version)[0];
  if (newest !== undefined && newest.version >= minimum) return newest;

  const seen = newest === undefined ? 'none was found' : `the newest found is ${newest.version} (${newest.home})`;
  throw new ServerError(
    `Java >= ${minimum} is needed to run the servers locally; ${seen}. ` +
      `Install one (Debian: apt-get install openjdk-${minimum}-jre-headless; macOS: brew install openjdk) ` +
      'or set JAVA_HOME.',
  );
}

/** The feature release of a version in a Java's `release` file: 8 of `1.8.0_402`, 25 of `25.0.3`. */
export function featureRelease(version: string): number | undefined {
  const match = /^(?:1\.)?(\d+)/.exec(version);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

/** The Java of a folder, by its `release` file; undefined where there is none. */
export async function javaAt(home: string): Promise<Java | undefined> {
  const path = join(home, 'bin', 'java');
  if (!existsSync(path)) return undefined;
  const release = await readFile(join(home, 'release'), 'utf8').catch(() => '');
  const version = featureRelease(/^JAVA_VERSION="(.*)"/m.exec(release)?.[1] ?? '');
  return version === undefined ? undefined : { path, home, version, build: release };
}

async function onPath(path: string): Promise<string[]> {
  const programs = path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, 'java'));
  const real = await Promise.all(programs.filter((program) => existsSync(program)).map((program) => realpath(program)));
  return real.map((program) => dirname(dirname(program)));
}

async function inFolders(): Promise<string[]> {
  const homes = await Promise.all(
    FOLDERS.map(async ({ folder, home }) => {
      const names = await readdir(folder).catch(() => []);
      return Promise.all(names.map((name) => realpath(join(folder, name, home)).catch(() => '')));
    }),
  );
  return homes.flat().filter((home) => home !== '');
}
