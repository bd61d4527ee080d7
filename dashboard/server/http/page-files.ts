import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join, relative } from 'node:path';

export interface PageFile {
  type: string;
  bytes: Buffer;
}

/** By path on the server: `/` and `/assets/…`. Nothing else is served, whatever a request's path has. */
export type PageFiles = ReadonlyMap<string, PageFile>;

const ROOT = join(import.meta.dirname, '..', '..', '..');
const PAGE = join(ROOT, 'dashboard', 'page');
const CACHE = join(ROOT, 'node_modules', '.cache', 'dashboard');

const KEPT_MS = 86_400_000;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

const PLACEHOLDER = '<!doctype html><meta charset="utf-8"><title>Pipeline</title><p>The page is not built.</p>';

/** The page, bundled once for each content of its sources. @throws Error if it can't be bundled */
export async function pageFiles(): Promise<PageFiles> {
  if (!existsSync(join(PAGE, 'build.ts'))) {
    return new Map([['/', { type: TYPES['.html'] as string, bytes: Buffer.from(PLACEHOLDER) }]]);
  }
  const folder = join(CACHE, await contentHash());
  if (!existsSync(folder)) await build(folder);
  const files = new Map<string, PageFile>();
  for (const path of await filesBelow(folder)) {
    const name = relative(folder, path);
    const url = name === 'index.html' ? '/' : `/${name.startsWith('assets/') ? name : `assets/${name}`}`;
    files.set(url, { type: TYPES[extname(path)] ?? 'application/octet-stream', bytes: await readFile(path) });
  }
  return files;
}

/** Builds beside the folder and renames: another process may build the same at this moment. */
async function build(folder: string): Promise<void> {
  const { buildPage } = (await import(join(PAGE, 'build.ts'))) as { buildPage: (outdir: string) => Promise<void> };
  const draft = await mkdtemp(join(tmpdir(), 'dashboard-page-'));
  try {
    await buildPage(draft);
    await mkdir(CACHE, { recursive: true });
    await dropOld();
    await rename(draft, folder).catch(() => cp(draft, folder, { recursive: true }));
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Another checkout may share the cache and read a folder at this moment, so only old ones go. */
async function dropOld(): Promise<void> {
  for (const name of await readdir(CACHE)) {
    const folder = join(CACHE, name);
    if (Date.now() - (await stat(folder)).mtimeMs > KEPT_MS) await rm(folder, { recursive: true, force: true });
  }
}

async function contentHash(): Promise<string> {
  const hash = createHash('sha256');
  const own = [...(await filesBelow(PAGE)), join(ROOT, 'dashboard', 'contract.ts'), join(ROOT, 'package-lock.json')];
  for (const file of own.sort()) hash.update(relative(ROOT, file)).update(await readFile(file));
  return hash.digest('hex').slice(0, 16);
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
