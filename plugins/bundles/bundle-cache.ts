import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { type BuildOptions, type Metafile, version } from 'esbuild';

type Options = BuildOptions & { outdir: string };

const INPUTS = 'inputs.json';

/** Files that are not among a build's inputs, but affect which files its imports resolve to. */
const ALWAYS = ['package-lock.json', 'tsconfig.json'];
/** Number of cached builds with the same options. Undoing a change needs two of them. */
const KEPT = 3;

/**
 * A cache for the bundles of earlier builds. The key of a build is a hash of its options and of the contents of all its
 * inputs. esbuild doesn't name a plugin's module among the inputs, so it is given here; it must read no other file.
 */
export class BundleCache {
  readonly #folder: string;
  readonly #base: string;
  readonly #always: readonly string[];

  /**
   * @param folder the cache's folder. Several processes may use it concurrently.
   * @param base the folder to which the inputs' names are relative
   * @param pluginModules names of the modules with esbuild plugins
   */
  constructor(folder: string, base: string, pluginModules: readonly string[] = []) {
    this.#folder = folder;
    this.#base = base;
    this.#always = [...ALWAYS, ...pluginModules];
  }

  /** Copies an earlier build with the same inputs to `options.outdir`. @returns whether there is one */
  async restore(options: Options): Promise<boolean> {
    const folder = this.#folderOf(options);
    const inputs = await readFile(join(folder, INPUTS), 'utf8').then(JSON.parse, () => undefined);
    const key = inputs && (await this.#key(inputs));
    if (key === undefined) return false;
    const kept = join(folder, key);
    try {
      await cp(kept, options.outdir, { recursive: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
    // Marks the build as used: `dropOldest` removes those that were not used for the longest time.
    await utimes(kept, new Date(), new Date()).catch(() => undefined);
    return true;
  }

  /**
   * Stores the outputs of a build. If this fails, a message says so, and the next start builds again. An input that was
   * saved during the build may have been read before: then nothing is stored, or its new content would lead to the old
   * bundles.
   * @param began ms since the epoch: when the build began
   */
  async store(options: Options, { inputs, outputs }: Metafile, began: number): Promise<void> {
    const names = Object.keys(inputs).toSorted();
    if (await this.#changedSince(began, names)) return;
    const key = await this.#key(names);
    if (key === undefined) return;
    try {
      const folder = this.#folderOf(options);
      await mkdir(folder, { recursive: true });
      const made = await mkdtemp(join(folder, 'new-'));
      for (const output of Object.keys(outputs)) {
        const from = resolve(this.#base, output);
        await cp(from, join(made, relative(options.outdir, from)));
      }
      // Fails if another process has stored the same build in the meantime.
      await rename(made, join(folder, key)).catch(() => rm(made, { recursive: true, force: true }));
      await writeWhole(join(folder, INPUTS), JSON.stringify(names));
      await dropOldest(folder);
    } catch (error) {
      console.error(`bundles: this build can't be stored in the cache: ${String(error)}`);
    }
  }

  /**
   * The folder of all builds with the same options. The target of `node_modules` is part of its hash: if it is a link,
   * the names of inputs depend on it.
   */
  #folderOf(options: Options): string {
    const modules = relative(this.#base, realpathSync(join(this.#base, 'node_modules')));
    return join(this.#folder, hashOf(JSON.stringify([version, modules, { ...options, outdir: '' }])));
  }

  async #changedSince(began: number, names: readonly string[]): Promise<boolean> {
    const times = names.map(async (name) => (await stat(resolve(this.#base, name))).mtimeMs);
    return Promise.all(times).then(
      (all) => all.some((time) => time >= began),
      () => true, // deleted
    );
  }

  /** The hash of the inputs' contents. Undefined if an input no longer exists. */
  async #key(inputs: readonly string[]): Promise<string | undefined> {
    const contents: string[] = [];
    try {
      for (const name of [...this.#always, ...inputs]) {
        contents.push(name, hashOf(await readFile(resolve(this.#base, name))));
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    return hashOf(contents.join('\0'));
  }
}

async function dropOldest(folder: string): Promise<void> {
  const builds = (await readdir(folder)).filter((name) => /^[0-9a-f]{32}$/.test(name));
  const dated = await Promise.all(
    builds.map(async (name) => ({ name, time: (await stat(join(folder, name))).mtimeMs })),
  );
  const oldest = dated.toSorted((a, b) => b.time - a.time).slice(KEPT);
  for (const { name } of oldest) await rm(join(folder, name), { recursive: true, force: true });
}

const hashOf = (content: string | Buffer) => createHash('sha256').update(content).digest('hex').slice(0, 32);

async function writeWhole(path: string, text: string): Promise<void> {
  const part = `${path}.${process.pid}`;
  await writeFile(part, text);
  await rename(part, path);
}
