import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Coastlines and borders: coarse for the whole world, finer for a map of a country. */
const ATLAS = ['countries-110m.json', 'countries-50m.json'];

/**
 * Bundles the page: index.html, and its scripts, style and map in assets/. It has no inline script or style, and loads
 * nothing from elsewhere, so that it works under the Content-Security-Policy `default-src 'self'`.
 *
 * @param outdir is made if it isn't there
 */
export async function buildPage(outdir: string): Promise<void> {
  const assets = join(outdir, 'assets');
  await mkdir(assets, { recursive: true });
  await build({
    absWorkingDir: import.meta.dirname,
    entryPoints: { page: 'main.tsx', style: 'page.css' },
    outdir: assets,
    bundle: true,
    minify: true,
    sourcemap: 'linked',
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'warning',
  });
  await Promise.all([
    copyFile(join(import.meta.dirname, 'index.html'), join(outdir, 'index.html')),
    copyFile(join(import.meta.dirname, 'icon.svg'), join(assets, 'icon.svg')),
    ...ATLAS.map((name) => copyFile(fileURLToPath(import.meta.resolve(`world-atlas/${name}`)), join(assets, name))),
  ]);
}
