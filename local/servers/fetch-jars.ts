import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ARTIFACTS, type Artifact, type ArtifactName } from './artifacts.ts';
import { requireSpace } from './disk.ts';
import { jarFolder, MANIFEST, type Manifest, missingJars, sourcePath } from './jars.ts';
import type { Java } from './java.ts';
import { LockedError, takeLock } from './lock.ts';
import { copyDependencies, findMaven, runTool } from './maven.ts';
import { aggregatePom, artifactPom } from './pom.ts';
import { type Progress, sizeText } from './progress.ts';

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
  const release = await waitForLock(join(options.cache, 'fetch.lock'), options);
  try {
    const missing = await missingJars(options.cache, names);
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
  for (const [name, artifact] of artifacts) await complete(name, artifact, folder, options);
  await rm(folder, { recursive: true, force: true });
  options.progress.line(`downloaded ${what}: ${size} in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

/** Compiles what is ours, lists what there is, and gives the folder its name. */
async function complete(name: ArtifactName, artifact: Artifact, folder: string, options: FetchOptions): Promise<void> {
  const jars = join(folder, name, 'target', 'dependency');
  if (artifact.unpack) await unpack(name, jars, options);
  if (artifact.source !== undefined) await compile(artifact.source, jars, join(folder, name), options);
  const manifest: Manifest = { coordinates: artifact.coordinates, files: await fileSizes(jars) };
  await writeFile(join(jars, MANIFEST), JSON.stringify(manifest, undefined, 2));
  const target = jarFolder(options.cache, name);
  await mkdir(dirname(target), { recursive: true });
  await rm(target, { recursive: true, force: true });
  await rename(jars, target);
}

/** Leaves what the archive holds in place of the archive. */
async function unpack(name: ArtifactName, folder: string, { signal }: FetchOptions): Promise<void> {
  for (const archive of await readdir(folder)) {
    const log = join(dirname(folder), 'unpack.log');
    await runTool({ name: `Unpacking ${name}`, command: 'tar', args: ['-xzf', archive], folder, log, signal });
    await rm(join(folder, archive));
  }
}

/** Adds `own.jar`: a JVM makes no archive of classes that lie in a folder. */
async function compile(source: string, jars: string, folder: string, { java, signal }: FetchOptions): Promise<void> {
  const classes = join(folder, 'classes');
  const steps = [
    ['javac', '--release', '17', '-cp', join(jars, '*'), '-d', classes, sourcePath(source)],
    ['jar', '--create', '--file', join(jars, 'own.jar'), '-C', classes, '.'],
  ];
  for (const [tool = '', ...args] of steps) {
    const command = join(java.home, 'bin', tool);
    await runTool({ name: `Compiling ${source}`, command, args, folder, log: join(folder, 'compiler.log'), signal });
  }
}

async function waitForLock(path: string, { progress, signal }: FetchOptions): Promise<() => Promise<void>> {
  while (true) {
    signal?.throwIfAborted();
    try {
      return await takeLock(path);
    } catch (error) {
      if (!(error instanceof LockedError)) throw error;
      progress.update(`waiting: process ${error.holder.pid} is downloading the servers`);
      await sleep(500);
    }
  }
}

async function fileSizes(folder: string): Promise<Record<string, number>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const sizes = await Promise.all(
    files.map(async (file): Promise<[string, number]> => {
      // Maven's files come and go while it works.
      const size = await stat(file).then(
        (found) => found.size,
        () => 0,
      );
      return [file.slice(folder.length + 1), size];
    }),
  );
  return Object.fromEntries(sizes);
}

async function folderSize(folder: string): Promise<number> {
  const sizes = await fileSizes(folder).catch(() => ({}));
  return Object.values(sizes).reduce((sum: number, size: number) => sum + size, 0);
}
