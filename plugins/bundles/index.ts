import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BuildOptions, build, stop } from 'esbuild';
import { BundleCache } from './bundle-cache.ts';

/** The part of serverless-esbuild's plugin object that is used here. */
interface EsbuildPlugin {
  buildOptions: Record<string, unknown> & { outputFileExtension: string; external: string[]; exclude: string[] };
  /** a function's source file, from the service's folder, for each function */
  functionEntries: { entry: string }[];
  buildDirPath: string;
  plugins: unknown[];
  /** what it has built, by entry; it calls `rebuild` in place of a build of its own */
  buildCache: Record<string, { result: { rebuild: () => Promise<void> } }>;
  prepare(): void;
  bundle(): Promise<void>;
  pack(): Promise<void>;
}

interface Serverless {
  serviceDir: string;
  pluginManager: { plugins: { constructor: { name: string } }[] };
}

/** Options of serverless-esbuild that esbuild itself doesn't know. */
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
 * A Serverless plugin that makes serverless-esbuild build all functions at once. serverless-esbuild itself makes a
 * context for each function, all side by side: for 16 functions that takes three times the CPU and twice the memory,
 * and esbuild keeps the memory. The bundles are the same bytes. Where no input of the last build has changed, its
 * bundles are taken from `node_modules/.cache`.
 *
 * It goes behind serverless-esbuild in the list of plugins.
 */
export default class Bundles {
  readonly hooks: Record<string, () => void>;

  constructor(serverless: Serverless) {
    this.hooks = { initialize: () => attach(serverless) };
  }
}

function attach({ serviceDir, pluginManager }: Serverless): void {
  const found = pluginManager.plugins.find((each) => each.constructor.name === 'EsbuildServerlessPlugin');
  if (found === undefined) throw new Error('plugins/bundles goes behind serverless-esbuild in the list of plugins');
  const plugin = found as unknown as EsbuildPlugin;
  const cache = new BundleCache(join(serviceDir, 'node_modules', '.cache', 'bundles'), serviceDir);
  const bundle = plugin.bundle.bind(plugin);
  plugin.bundle = async () => {
    plugin.prepare();
    const entries = [...new Set(plugin.functionEntries.map(({ entry }) => entry))];
    await buildOnce(buildOptions(plugin, entries), cache, serviceDir);
    // Finds each of them built, and says which bundle is whose.
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

/** What serverless-esbuild would give esbuild for one function, for all of them. */
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
  try {
    const { metafile } = await build({ ...options, absWorkingDir: serviceDir, metafile: true });
    await cache.store(options, metafile);
  } finally {
    // Its service would keep the memory of the build for as long as this process runs.
    await stop();
  }
}

/**
 * serverless-esbuild copies each package's files into a temporary folder, and only tries to remove that as if it were
 * empty (its pull request 589): a folder for each function would stay behind each time.
 */
async function removeStagingFolders(): Promise<void> {
  const own = new RegExp(`^.+-${process.pid}-\\d+-[0-9a-f]{8}$`);
  const left = (await readdir(tmpdir())).filter((name) => own.test(name));
  await Promise.all(left.map((name) => rm(join(tmpdir(), name), { recursive: true, force: true })));
}
