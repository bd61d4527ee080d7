import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Java } from '../java/java.ts';
import { machineTrustStore } from '../java/trust-store.ts';
import { spawnServer } from '../process/process.ts';
import { ServerError } from '../server.ts';

/** A version of its own, so that every Maven does the same; by itself each release of Maven takes another. */
const DEPENDENCY_PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';

/** What Maven's words mean to who has to mend it. */
const CAUSES: readonly { pattern: RegExp; mend: string }[] = [
  { pattern: /No space left on device/, mend: 'The disk is full: free some space and start again.' },
  {
    pattern: /Unknown host|UnknownHost|Temporary failure in name|Connection refused|timed out|Network is unreachable/,
    mend: "Maven can't reach its repository: check the network, or the mirror and proxy in ~/.m2/settings.xml; then start again.",
  },
  {
    pattern: /Could not find artifact/,
    mend: 'The repository that Maven uses lacks an artifact: check the mirror in ~/.m2/settings.xml.',
  },
];
const LINES = 4;
const TRUST_STORE = 'trust.jks';

export interface CopyOptions {
  /** The `mvn` program. */
  readonly maven: string;
  /** Holds the aggregate `pom.xml`. */
  readonly folder: string;
  /** Maven's local repository for this fetch. */
  readonly repository: string;
  readonly java: Java;
  readonly signal?: AbortSignal | undefined;
}

/** Copies each module's runtime dependencies to its `target/dependency`. */
export async function copyDependencies({ maven, folder, repository, java, signal }: CopyOptions): Promise<void> {
  await runTool({
    name: 'Maven',
    command: maven,
    args: [
      ...['-B', '-ntp', '-Dstyle.color=never', '--strict-checksums', '-T', '4'],
      `-Dmaven.repo.local=${repository}`,
      `${DEPENDENCY_PLUGIN}:copy-dependencies`,
      '-DincludeScope=runtime',
    ],
    folder,
    log: join(folder, 'maven.log'),
    environment: { ...process.env, JAVA_HOME: java.home, ...(java.private && (await trustOptions(folder))) },
    signal,
  });
}

/** By a path from Maven's working directory: `mvn` splits MAVEN_OPTS at spaces. */
async function trustOptions(folder: string): Promise<NodeJS.ProcessEnv> {
  await writeFile(join(folder, TRUST_STORE), machineTrustStore());
  return { MAVEN_OPTS: `-Djavax.net.ssl.trustStore=${TRUST_STORE} ${process.env['MAVEN_OPTS'] ?? ''}` };
}

/** @throws ServerError where there is none on the PATH. */
export function findMaven(environment: NodeJS.ProcessEnv = process.env): string {
  const path = findProgram('mvn', environment);
  if (path !== undefined) return path;
  throw new ServerError(
    'Maven is needed once, to download the servers, and `mvn` is not on the PATH. ' +
      'Install it (Debian: apt-get install maven; macOS: brew install maven).',
  );
}

/** A program's path; undefined where it isn't on the PATH. */
export function findProgram(name: string, environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find((candidate) => existsSync(candidate));
}

export interface ToolOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Its working directory. */
  readonly folder: string;
  /** The file that its output is written to. */
  readonly log: string;
  readonly environment?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a program to its end, guarded as the servers are.
 * @throws ServerError where it fails: what it last said and how to mend it.
 */
export async function runTool(options: ToolOptions): Promise<void> {
  options.signal?.throwIfAborted();
  const { log } = options;
  await rm(log, { force: true });
  const tool = await spawnServer({
    name: options.name,
    command: options.command,
    args: options.args,
    cwd: options.folder,
    log,
    ...(options.environment === undefined ? {} : { env: options.environment }),
  });
  const abort = (): void => void tool.stop();
  options.signal?.addEventListener('abort', abort);
  const { code, signal } = await tool.exited;
  options.signal?.removeEventListener('abort', abort);
  options.signal?.throwIfAborted();
  if (code === 0) return;
  const text = await readFile(log, 'utf8').catch(() => '');
  const how = signal === null ? `exit code ${code}` : signal;
  throw new ServerError(`${options.name} failed (${how}). ${explain(text)}\n  log: ${log}`);
}

/** What went wrong and how to mend it, from a tool's output. */
export function explain(text: string): string {
  const mend = CAUSES.find(({ pattern }) => pattern.test(text))?.mend;
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const errors = lines.filter((line) => /^\[ERROR\] \S/.test(line));
  const last = errors.length > 0 ? errors.slice(0, 1) : lines.slice(-LINES);
  return [mend ?? '', ...last.map((line) => `\n  ${line.slice(0, 400)}`)].join('');
}
