import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { folderFiles } from '../files/folder-files.ts';
import type { Java } from '../java/java.ts';
import { runTool } from '../process/tool.ts';
import { type Artifact, COMPILER } from './artifacts.ts';
import { classPath, jarFolder, MANIFEST, type Manifest, sourcePath } from './jars.ts';
import { readZip, writeZip, zipEntry } from './zip.ts';

export interface FinishOptions {
  readonly cache: string;
  readonly java: Java;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Turns Maven's download into an artifact: compiles this project's program, writes the manifest, and gives the folder
 * its final name.
 * @param folder Maven has put the jars into its `target/dependency`
 */
export async function finishArtifact(artifact: Artifact, folder: string, options: FinishOptions): Promise<void> {
  const jars = join(folder, 'target', 'dependency');
  if (artifact.unpack) await unpack(artifact.name, jars, options);
  if (artifact.withoutManifest !== undefined) await removeManifest(jars, artifact.withoutManifest);
  if (artifact.source !== undefined) await compile(artifact.source, jars, folder, options);
  const manifest: Manifest = { coordinates: artifact.coordinates, files: await folderFiles(jars) };
  await writeFile(join(jars, MANIFEST), JSON.stringify(manifest, undefined, 2));
  const target = jarFolder(options.cache, artifact);
  await mkdir(dirname(target), { recursive: true });
  await rm(target, { recursive: true, force: true });
  await rename(jars, target);
}

/** Replaces each archive by its content. */
async function unpack(name: string, folder: string, { signal }: FinishOptions): Promise<void> {
  for (const archive of await readdir(folder)) {
    const log = join(dirname(folder), 'unpack.log');
    await runTool({ name: `Unpacking ${name}`, command: 'tar', args: ['-xzf', archive], folder, log, signal });
    await rm(join(folder, archive));
  }
}

async function removeManifest(folder: string, start: string): Promise<void> {
  for (const name of (await readdir(folder)).filter((file) => file.startsWith(start))) {
    const entries = readZip(await readFile(join(folder, name)));
    await writeFile(join(folder, name), writeZip(entries.filter((entry) => entry.name !== 'META-INF/MANIFEST.MF')));
  }
}

/**
 * Adds `own.jar`: a JVM makes no class archive of classes in a folder. The compiler is Eclipse's, an artifact too,
 * since a Java runtime has no compiler.
 */
async function compile(source: string, jars: string, folder: string, options: FinishOptions): Promise<void> {
  const { cache, java, signal } = options;
  const classes = join(folder, 'classes');
  const names = (await readdir(jars)).filter((name) => name.endsWith('.jar'));
  const args = [
    ...['-cp', classPath(cache, COMPILER), 'org.eclipse.jdt.internal.compiler.batch.Main'],
    ...['-source', '17', '-target', '17', '-nowarn', '-proc:none'],
    ...['-cp', names.map((name) => join(jars, name)).join(delimiter), '-d', classes, sourcePath(source)],
  ];
  const log = join(folder, 'compiler.log');
  await runTool({ name: `Compiling ${source}`, command: java.path, args, folder, log, signal });
  const made = (await readdir(classes)).toSorted();
  const entries = made.map(async (name) => zipEntry(name, await readFile(join(classes, name))));
  await writeFile(join(jars, 'own.jar'), writeZip(await Promise.all(entries)));
}
