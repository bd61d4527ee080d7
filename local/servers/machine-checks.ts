import { readFile } from 'node:fs/promises';
import { availableParallelism, freemem, tmpdir, totalmem } from 'node:os';
import { cacheFolder } from './cache.ts';
import { freeBytes } from './files/free-space.ts';
import { missingJars } from './jars/jars.ts';
import { findMaven } from './jars/maven.ts';
import { findJava } from './java/java.ts';
import { MODERN, OLDEST } from './java/private-java.ts';
import { artifactsOf, usualPorts } from './members.ts';
import { isFree } from './ports/ports.ts';
import { findProgram } from './process/tool.ts';
import { sizeText } from './progress.ts';

/** The result of one check. */
export interface Check {
  readonly name: string;
  /** `warn`: a run works, with a limit. */
  readonly verdict: 'ok' | 'warn' | 'fail';
  /** What was found, and how to mend it. */
  readonly found: string;
}

type Outcome = Omit<Check, 'name'>;

const NODE = { major: 22, minor: 22 };
/** Bytes that the servers, the functions' runner and the generators use together, with one broker; measured. */
const MEMORY = 3.5e9;
/** Bytes that must be free. */
const DISK = 2e9;

/**
 * Checks whether this machine can run the servers.
 * @param stack the running stack, if any: its own ports don't count as taken
 */
export async function checkMachine(
  environment: NodeJS.ProcessEnv,
  stack: { readonly endpoints: object } | undefined,
): Promise<Check[]> {
  const cache = cacheFolder(environment);
  const missing = await missingJars(
    cache,
    artifactsOf({ minimal: false, connect: true, schemaRegistry: true, search: true }),
  );
  const checks: Record<string, () => Outcome | Promise<Outcome>> = {
    node: () => checkNode(process.versions.node),
    java: () => checkJava(environment),
    maven: () => checkMaven(environment, missing.length > 0),
    cache: () => ({
      verdict: 'ok',
      found:
        missing.length === 0
          ? `complete in ${cache}`
          : `${missing.map(({ name }) => name).join(', ')} will be downloaded into ${cache}`,
    }),
    memory: checkMemory,
    disk: async () => {
      const folders = [...new Set([tmpdir(), cache])];
      const free = await Promise.all(folders.map(freeBytes));
      const found = folders.map((folder, index) => `${sizeText(free[index] ?? 0)} free at ${folder}`).join(', ');
      if (Math.min(...free) >= DISK) return { verdict: 'ok', found };
      return { verdict: 'fail', found: `${found}; ${sizeText(DISK)} are needed: free some space` };
    },
    ports: () => checkPorts(stack),
  };
  return Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      try {
        return { name, ...(await check()) };
      } catch (error) {
        return { name, verdict: 'fail' as const, found: (error as Error).message };
      }
    }),
  );
}

/** @param version `process.versions.node` */
export function checkNode(version: string): Outcome {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > NODE.major || (major === NODE.major && minor >= NODE.minor)) return { verdict: 'ok', found: version };
  const mend = 'run `npm ci`, which installs Node on Linux; on macOS install a newer Node';
  return { verdict: 'fail', found: `${version}; ${NODE.major}.${NODE.minor} or newer is needed: ${mend}` };
}

/** Where the machine's own Java is older than {@link MODERN}, pip downloads one that runs all servers. */
async function checkJava(environment: NodeJS.ProcessEnv): Promise<Outcome> {
  const own = await findJava(OLDEST, environment).catch(() => undefined);
  if (own !== undefined && own.version >= MODERN) return { verdict: 'ok', found: `${own.version} in ${own.home}` };
  const python = findProgram('python3', environment);
  const found = own === undefined ? 'none' : `${own.version} in ${own.home}`;
  if (python !== undefined) {
    return {
      verdict: 'ok',
      found: `${found}; npm start downloads a private one with pip (35 MB) where a server needs it`,
    };
  }
  const mend = `install Java >= ${MODERN}, or Python 3 with pip`;
  if (own === undefined) return { verdict: 'fail', found: `${found}: ${mend}` };
  return { verdict: 'warn', found: `${found}; the schema registry and OpenSearch don't run: ${mend}` };
}

/** Only the download needs Maven. */
function checkMaven(environment: NodeJS.ProcessEnv, needed: boolean): Outcome {
  try {
    return { verdict: 'ok', found: findMaven(environment) };
  } catch (error) {
    if (needed) throw error;
    return { verdict: 'warn', found: 'none; not needed until a version changes or the cache is removed' };
  }
}

async function checkMemory(): Promise<Outcome> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const kilobytes = /^MemAvailable:\s+(\d+)/m.exec(text)?.[1];
  const available = kilobytes === undefined ? freemem() : Number(kilobytes) * 1024;
  const found = `${sizeText(available)} of ${sizeText(totalmem())} available, ${availableParallelism()} cores`;
  if (available >= MEMORY) return { verdict: 'ok', found };
  return {
    verdict: 'warn',
    found: `${found}; the whole stack takes about ${sizeText(MEMORY)}: close other programs, or use --minimal`,
  };
}

async function checkPorts(stack: { readonly endpoints: object } | undefined): Promise<Outcome> {
  const own = stack === undefined ? '' : Object.values(stack.endpoints).join();
  const ports = usualPorts();
  const free = await Promise.all(ports.map(({ port }) => isFree(port)));
  const taken = ports.filter(({ port }, index) => !free[index] && !own.includes(`:${port}`));
  if (taken.length === 0)
    return {
      verdict: 'ok',
      found: `${ports.map(({ port }) => port).join(', ')} are free, or the running stack has them`,
    };
  const names = taken.map(({ name, port }) => `${port} (${name})`).join(', ');
  return { verdict: 'warn', found: `another program has ${names}: npm start takes other ports and shows them` };
}
