import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BuildOptions, build, stop } from 'esbuild';
import { BundleCache } from './bundle-cache.ts';

/** The part of serverless-esbuild's plugin object that this plugin uses. */
interface EsbuildPlugin {
  buildOptions: Record<string, unknown> & {
    outputFileExtension: string;
    external: string[];
    exclude: string[];
    /** The path of a module with esbuild plugins, relative to the service's folder. */
    plugins?: string;
  };
  /** The source file of each function, relative to the service's folder. */
  functionEntries: { entry: string }[];
  buildDirPath: string;
  /** What that module exports. */
  plugins: unknown[];
  /** The finished builds, by source file. serverless-esbuild calls `rebuild` instead of starting a new build. */
  buildCache: Record<string, { result: { rebuild: () => Promise<void> } }>;
  prepare(): void;
  bundle(): Promise<void>;
  pack(): Promise<void>;
}

interface Serverless {
  serviceDir: string;
  pluginManager: { plugins: { constructor: { name: string } }[] };
}

/** Options of serverless-esbuild that esbuild doesn't know. */
const OWN_OPTIONS = [
  'concurrency',
  'zipConcurrency',
  'exclude',
  'nativeZip',
  'packager',
  'packagePath',
  'watch',
  'keepOutputDirectory',
  'packagerOptions',
  'installExtraArgs',
  'outputFileExtension',
  'outputBuildFolder',
  'outputWorkFolder',
  'nodeExternals',
  'skipBuild',
  'skipRebuild',
  'skipBuildExcludeFns',
  'stripEntryResolveExtensions',
  'disposeContext',
];

/**
 * A Serverless plugin that makes serverless-esbuild build all functions in one build. By default, serverless-esbuild
 * creates a concurrent esbuild context for each function. For 16 functions this takes three times the CPU and twice the
 * memory, and esbuild keeps the memory. The bundles are identical. If no input has changed since an earlier build, its
 * bundles are copied from `node_modules/.cache`.
 *
 * List it after serverless-esbuild.
 */
export default class Bundles {
  readonly hooks: Record<string, () => void>;

  constructor(serverless: Serverless) {
    this.hooks = { initialize: () => attach(serverless) };
  }
}

function attach({ serviceDir, pluginManager }: Serverless): void {
  const found = pluginManager.plugins.find((each) => each.constructor.name === 'EsbuildServerlessPlugin');
  if (found === undefined) throw new Error('plugins/bundles must come after serverless-esbuild in the list of plugins');
  const plugin = found as unknown as EsbuildPlugin;
  const bundle = plugin.bundle.bind(plugin);
  plugin.bundle = async () => {
    plugin.prepare();
    const { plugins } = plugin.buildOptions;
    const folder = join(serviceDir, 'node_modules', '.cache', 'bundles');
    const cache = new BundleCache(folder, serviceDir, plugins === undefined ? [] : [plugins]);
    const entries = [...new Set(plugin.functionEntries.map(({ entry }) => entry))];
    await buildOnce(buildOptions(plugin, entries), cache, serviceDir);
    // serverless-esbuild finds each entry built, and assigns the bundles to the functions.
    for (const entry of entries) plugin.buildCache[entry] = { result: { rebuild: async () => undefined } };
    await bundle();
  };
  const pack = plugin.pack.bind(plugin);
  plugin.pack = async () => {
    try {
      await pack();
    } finally {
      await removeStagingFolders();
    }
  };
}

/** The options that serverless-esbuild would pass to esbuild for one function, but with all entries. */
function buildOptions(plugin: EsbuildPlugin, entryPoints: string[]): BuildOptions & { outdir: string } {
  const { external, exclude, outputFileExtension } = plugin.buildOptions;
  const own = Object.entries(plugin.buildOptions).filter(([name]) => !OWN_OPTIONS.includes(name));
  return {
    ...(Object.fromEntries(own) as BuildOptions),
    external: [...external, ...(exclude.includes('*') ? [] : exclude)],
    plugins: plugin.plugins as NonNullable<BuildOptions['plugins']>,
    outExtension: { '.js': outputFileExtension },
    entryPoints,
    outbase: '.',
    outdir: plugin.buildDirPath,
  };
}

async function buildOnce(options: BuildOptions & { outdir: string }, cache: BundleCache, serviceDir: string) {
  if (await cache.restore(options)) return;
  const began = Date.now();
  try {
    const { metafile } = await build({ ...options, absWorkingDir: serviceDir, metafile: true });
    await cache.store(options, metafile, began);
  } finally {
    // Otherwise, esbuild's service would keep the memory of the build until this process ends.
    await stop();
  }
}

/**
 * serverless-esbuild copies each package's files into a temporary folder. It tries to remove this folder, but this
 * works only for an empty folder (its pull request 589). Each build would leave one folder for each function.
 */
async function removeStagingFolders(): Promise<void> {
  const own = new RegExp(`^.+-${process.pid}-\\d+-[0-9a-f]{8}$`);
  const left = (await readdir(tmpdir())).filter((name) => own.test(name));
  await Promise.all(left.map((name) => rm(join(tmpdir(), name), { recursive: true, force: true })));
}
