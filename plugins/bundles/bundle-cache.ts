import { createHash, type Hash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { type BuildOptions, type Metafile, version } from 'esbuild';

type Options = BuildOptions & { outdir: string };

/** Files that no build names among its inputs, and that decide which file an import means. */
const ALWAYS = ['package-lock.json', 'tsconfig.json'];
/** Builds that are kept, of all options together. */
const KEPT = 6;

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
    const inputs = await readFile(this.#inputsFile(options), 'utf8').then(JSON.parse, () => undefined);
    const key = inputs && (await this.#key(options, inputs));
    if (key === undefined) return false;
    const kept = join(this.#folder, key);
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
    const key = await this.#key(options, names);
    if (key === undefined) return;
    try {
      await mkdir(this.#folder, { recursive: true });
      const made = await mkdtemp(join(this.#folder, 'new-'));
      for (const output of Object.keys(outputs)) {
        const from = resolve(this.#base, output);
        await cp(from, join(made, relative(options.outdir, from)));
      }
      // Refused where another process has kept the same build meanwhile.
      await rename(made, join(this.#folder, key)).catch(() => rm(made, { recursive: true, force: true }));
      await writeWhole(this.#inputsFile(options), JSON.stringify(names));
      await this.#dropOldest();
    } catch (error) {
      console.error(`bundles: this build is not kept for the next one: ${String(error)}`);
    }
  }

  /** Inputs are named from the service's folder: where its node_modules is a link, two services name them alike or not. */
  #inputsFile(options: Options): string {
    const modules = relative(this.#base, realpathSync(join(this.#base, 'node_modules')));
    return join(this.#folder, `inputs-${optionsHash(options).update(modules).digest('hex').slice(0, 32)}.json`);
  }

  /** Undefined where an input isn't there any more. */
  async #key(options: Options, inputs: readonly string[]): Promise<string | undefined> {
    const hash = optionsHash(options);
    try {
      for (const name of [...ALWAYS, ...inputs]) {
        const content = createHash('sha256').update(await readFile(resolve(this.#base, name)));
        hash.update(name).update('\0').update(content.digest());
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    return hash.digest('hex').slice(0, 32);
  }

  async #dropOldest(): Promise<void> {
    const builds = (await readdir(this.#folder)).filter((name) => /^[0-9a-f]{32}$/.test(name));
    const dated = await Promise.all(
      builds.map(async (name) => ({ name, time: (await stat(join(this.#folder, name))).mtimeMs })),
    );
    const oldest = dated.toSorted((a, b) => b.time - a.time).slice(KEPT);
    for (const { name } of oldest) await rm(join(this.#folder, name), { recursive: true, force: true });
  }
}

/** Of all that decides the outputs but the inputs' contents; where they go doesn't. */
function optionsHash({ outdir: _, ...options }: Options): Hash {
  return createHash('sha256').update(JSON.stringify([version, options]));
}

async function writeWhole(path: string, text: string): Promise<void> {
  const part = `${path}.${process.pid}`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(part, text);
  await rename(part, path);
}
