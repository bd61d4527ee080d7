import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folderSize } from '../files/folder-files.ts';
import { requireSpace } from '../files/free-space.ts';
import { waitForLock } from '../files/wait-for-lock.ts';
import type { Java } from '../java/java.ts';
import { type Progress, sizeText } from '../progress.ts';
import { type Artifact, COMPILER } from './artifacts.ts';
import { finishArtifact } from './finish-artifact.ts';
import { missingJars } from './jars.ts';
import { copyDependencies, findMaven } from './maven.ts';
import { aggregatePom, artifactPom } from './pom.ts';

export interface FetchOptions {
  readonly cache: string;
  readonly java: Java;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
}

/** Maven's plugin and the poms, beside the jars. */
const MAVEN_MEGABYTES = 20;

/**
 * Downloads the artifacts that the cache lacks, with one run of Maven. Works in a draft folder; each artifact's folder
 * gets its final name when it is complete. After a kill the next start continues with Maven's downloaded files. Waits
 * where another start downloads at the same time.
 * @throws ServerError where Maven is missing, the network fails or the disk is full
 */
export async function fetchJars(artifacts: readonly Artifact[], options: FetchOptions): Promise<void> {
  if ((await missingJars(options.cache, artifacts)).length === 0) return;
  await mkdir(options.cache, { recursive: true });
  const release = await waitForLock(join(options.cache, 'fetch.lock'), 'is downloading the servers', options);
  try {
    const missing = await withCompiler(options.cache, await missingJars(options.cache, artifacts));
    if (missing.length > 0) await fetchMissing(missing, options);
  } finally {
    await release();
  }
}

async function fetchMissing(artifacts: readonly Artifact[], options: FetchOptions): Promise<void> {
  const started = Date.now();
  const maven = findMaven();
  const folder = join(options.cache, 'fetch');
  const repository = join(folder, 'repository');
  const expected = artifacts.reduce((sum, { megabytes: size }) => sum + size, MAVEN_MEGABYTES) * 1e6;
  // Twice: Maven copies each jar out of its repository.
  await requireSpace(options.cache, expected * 2);

  await mkdir(repository, { recursive: true });
  await writeFile(join(folder, 'pom.xml'), aggregatePom(artifacts.map(({ name }) => name)));
  for (const artifact of artifacts) {
    const own = join(folder, artifact.name);
    await rm(own, { recursive: true, force: true });
    await mkdir(own);
    await writeFile(join(own, 'pom.xml'), artifactPom(artifact));
  }

  const what = artifacts.map(({ name, version }) => `${name} ${version}`).join(', ');
  const showProgress = async (): Promise<void> => {
    const seconds = ((Date.now() - started) / 1000).toFixed(0);
    const size = sizeText(await folderSize(repository));
    options.progress.update(`downloading ${what}: ${size} of about ${sizeText(expected)}, ${seconds} s`);
  };
  options.progress.line(`downloading ${what} once, about ${sizeText(expected)}, into ${options.cache}`);
  const timer = setInterval(() => void showProgress(), 500);
  try {
    await copyDependencies({ maven, folder, repository, java: options.java, signal: options.signal });
  } finally {
    clearInterval(timer);
  }
  const size = sizeText(await folderSize(repository));
  for (const artifact of artifacts) await finishArtifact(artifact, join(folder, artifact.name), options);
  await rm(folder, { recursive: true, force: true });
  options.progress.line(`downloaded ${what}: ${size} in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

/** Puts the compiler first where an artifact has a source to compile, and the cache lacks the compiler. */
async function withCompiler(cache: string, artifacts: readonly Artifact[]): Promise<Artifact[]> {
  const compiles = artifacts.some(({ source }) => source !== undefined);
  const compiler = compiles ? await missingJars(cache, [COMPILER]) : [];
  return [...compiler, ...artifacts.filter((artifact) => !compiler.includes(artifact))];
}
