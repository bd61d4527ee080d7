import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requireSpace } from '../disk.ts';
import type { Java } from '../java/java.ts';
import { folderSize } from '../process/folder-files.ts';
import { waitForLock } from '../process/wait-for-lock.ts';
import { type Progress, sizeText } from '../progress.ts';
import { ARTIFACTS, type Artifact, type ArtifactName } from './artifacts.ts';
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

/** Maven's own plugin and the poms, beside the jars. */
const MAVEN_MEGABYTES = 20;

/**
 * Sees to it that the artifacts are in the cache, fetching by one Maven what isn't. All happens in a folder beside
 * the final ones, which get their names when they are complete: a kill in the middle costs no more than what was
 * half-way, and the next fetch goes on from it. Where another start is at it already, this one waits for it.
 * @throws ServerError no Maven, no network, disk full.
 */
export async function fetchJars(names: readonly ArtifactName[], options: FetchOptions): Promise<void> {
  if ((await missingJars(options.cache, names)).length === 0) return;
  await mkdir(options.cache, { recursive: true });
  const release = await waitForLock(join(options.cache, 'fetch.lock'), 'is downloading the servers', options);
  try {
    const missing = await withCompiler(options.cache, await missingJars(options.cache, names));
    if (missing.length > 0) await fetchMissing(missing, options);
  } finally {
    await release();
  }
}

async function fetchMissing(names: readonly ArtifactName[], options: FetchOptions): Promise<void> {
  const started = Date.now();
  const maven = findMaven();
  const folder = join(options.cache, 'fetch');
  const repository = join(folder, 'repository');
  const artifacts = names.map((name): [ArtifactName, Artifact] => [name, ARTIFACTS[name]]);
  const expected = artifacts.reduce((sum, [, { megabytes: size }]) => sum + size, MAVEN_MEGABYTES) * 1e6;
  // Downloaded, and copied out of Maven's repository.
  await requireSpace(options.cache, expected * 2);

  await mkdir(repository, { recursive: true });
  await writeFile(join(folder, 'pom.xml'), aggregatePom(names));
  for (const [name, artifact] of artifacts) {
    await rm(join(folder, name), { recursive: true, force: true });
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'pom.xml'), artifactPom(name, artifact));
  }

  const what = names.map((name) => `${name} ${ARTIFACTS[name].version}`).join(', ');
  const tell = async (): Promise<void> => {
    const seconds = ((Date.now() - started) / 1000).toFixed(0);
    const size = sizeText(await folderSize(repository));
    options.progress.update(`downloading ${what}: ${size} of about ${sizeText(expected)}, ${seconds} s`);
  };
  options.progress.line(`downloading ${what} once, about ${sizeText(expected)}, into ${options.cache}`);
  const timer = setInterval(() => void tell(), 500);
  try {
    await copyDependencies({ maven, folder, repository, java: options.java, signal: options.signal });
  } finally {
    clearInterval(timer);
  }
  const size = sizeText(await folderSize(repository));
  for (const [name, artifact] of artifacts) await finishArtifact(name, artifact, join(folder, name), options);
  await rm(folder, { recursive: true, force: true });
  options.progress.line(`downloaded ${what}: ${size} in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

/** The compiler comes first where something is to be compiled. */
async function withCompiler(cache: string, names: readonly ArtifactName[]): Promise<ArtifactName[]> {
  const compiles = names.some((name) => 'source' in ARTIFACTS[name]);
  const compiler = compiles ? await missingJars(cache, ['compiler']) : [];
  return [...compiler, ...names.filter((name) => !compiler.includes(name))];
}
