import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { type BuildOptions, type Metafile, version } from 'esbuild';

type Options = BuildOptions & { outdir: string };

const INPUTS = 'inputs.json';

/** Files that no build names among its inputs, and that decide which file an import means. */
const ALWAYS = ['package-lock.json', 'tsconfig.json'];
/** Builds of the same options that are kept: one more than a change and its way back need. */
const KEPT = 3;

/**
 * Bundles of earlier builds, each under the hash of the build's options and of all its inputs' contents. A build with
 * plugins of esbuild isn't kept: what they read is not known.
 */
export class BundleCache {
  readonly #folder: string;
  readonly #base: string;

  /**
   * @param folder where builds are kept; several processes may use it at once
   * @param base the folder that inputs are named from
   */
  constructor(folder: string, base: string) {
    this.#folder = folder;
    this.#base = base;
  }

  /** Copies an earlier build with the same inputs to `options.outdir`. @returns whether there was one */
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
    // The oldest ones are dropped.
    await utimes(kept, new Date(), new Date()).catch(() => undefined);
    return true;
  }

  /** Keeps what a build has written. Where that can't be done, the next build is made anew. */
  async store(options: Options, { inputs, outputs }: Metafile): Promise<void> {
    if (options.plugins?.length) return;
    const names = Object.keys(inputs).toSorted();
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
      // Refused where another process has kept the same build meanwhile.
      await rename(made, join(folder, key)).catch(() => rm(made, { recursive: true, force: true }));
      await writeWhole(join(folder, INPUTS), JSON.stringify(names));
      await dropOldest(folder);
    } catch (error) {
      console.error(`bundles: this build is not kept for the next one: ${String(error)}`);
    }
  }

  /**
   * By all that decides the outputs but the inputs' contents. Inputs are named from the service's folder: where
   * node_modules is a link, the names in it depend on where it leads.
   */
  #folderOf(options: Options): string {
    const modules = relative(this.#base, realpathSync(join(this.#base, 'node_modules')));
    return join(this.#folder, hashOf(JSON.stringify([version, modules, { ...options, outdir: '' }])));
  }

  /** Undefined where an input isn't there any more. */
  async #key(inputs: readonly string[]): Promise<string | undefined> {
    const contents: string[] = [];
    try {
      for (const name of [...ALWAYS, ...inputs]) {
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
