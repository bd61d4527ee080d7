import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Java } from '../java/java.ts';
import { machineTrustStore } from '../java/trust-store.ts';
import { type Cause, findProgram, runTool } from '../process/tool.ts';
import { ServerError } from '../server.ts';

/** Named with its version, so that every Maven does the same: each release of Maven has another default. */
const DEPENDENCY_PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';

/** Maven's errors, and how to mend them. */
export const MAVEN_CAUSES: readonly Cause[] = [
  {
    pattern: /Unknown host|UnknownHost|Temporary failure in name|Connection refused|timed out|Network is unreachable/,
    mend:
      "Maven can't reach its repository: check the network, or the mirror and proxy in ~/.m2/settings.xml; " +
      'then start again.',
  },
  {
    pattern: /Could not find artifact/,
    mend: 'The repository that Maven uses lacks an artifact: check the mirror in ~/.m2/settings.xml.',
  },
];
const TRUST_STORE = 'trust.jks';

export interface CopyOptions {
  /** The `mvn` program. */
  readonly maven: string;
  /** Holds the aggregate `pom.xml`. */
  readonly folder: string;
  /** Maven's local repository for this download. */
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
    causes: MAVEN_CAUSES,
  });
}

/** The path is relative to Maven's working directory: `mvn` splits MAVEN_OPTS at spaces, which a folder may have. */
async function trustOptions(folder: string): Promise<NodeJS.ProcessEnv> {
  await writeFile(join(folder, TRUST_STORE), machineTrustStore());
  return { MAVEN_OPTS: `-Djavax.net.ssl.trustStore=${TRUST_STORE} ${process.env['MAVEN_OPTS'] ?? ''}` };
}

/** @throws ServerError where Maven isn't on the PATH. */
export function findMaven(environment: NodeJS.ProcessEnv = process.env): string {
  const path = findProgram('mvn', environment);
  if (path !== undefined) return path;
  throw new ServerError(
    'Maven is needed once, to download the servers, and `mvn` is not on the PATH. ' +
      'Install it (Debian: apt-get install maven; macOS: brew install maven).',
  );
}
