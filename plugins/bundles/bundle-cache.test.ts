import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { build, stop } from 'esbuild';
import { BundleCache } from './bundle-cache.ts';

let service: string;
let folder: string;
beforeEach(async () => {
  service = await mkdtemp(join(tmpdir(), 'bundles-'));
  folder = join(service, 'node_modules', '.cache', 'bundles');
  await mkdir(join(service, 'node_modules'));
  for (const [file, text] of Object.entries({
    'package-lock.json': '{}',
    'tsconfig.json': '{}',
    'one.ts': "import { name } from './name.ts';\nconsole.log('one', name);",
    'two.ts': "import { name } from './name.ts';\nconsole.log('two', name);",
    'name.ts': "export const name = 'first';",
    'plugin.ts': 'export default [];',
  }))
    await writeFile(join(service, file), text);
});
afterEach(() => rm(service, { recursive: true }));
afterAll(() => stop());

const optionsOf = (outdir: string) => ({
  entryPoints: ['one.ts', 'two.ts'],
  bundle: true,
  outbase: '.',
  outdir: join(service, outdir),
});

/** Restores a build from the cache, or builds. @returns whether it was restored, and the bundles */
async function bundled(outdir: string, more: { minify?: boolean } = {}, during = async () => {}) {
  const cache = new BundleCache(folder, service, ['plugin.ts']);
  const options = { ...optionsOf(outdir), ...more };
  const restored = await cache.restore(options);
  if (!restored) {
    // The files of a test are new: a build of them begins later.
    await sleep(10);
    const began = Date.now();
    const { metafile } = await build({ ...options, absWorkingDir: service, metafile: true });
    await during();
    await cache.store(options, metafile, began);
  }
  const read = (file: string) => readFile(join(service, outdir, file), 'utf8');
  return { restored, one: await read('one.js'), two: await read('two.js') };
}

test('if no input has changed, the bundles are restored from the cache, to any folder', async () => {
  const first = await bundled('a');
  const second = await bundled('b');

  expect(first.restored).toBe(false);
  expect(second).toEqual({ ...first, restored: true });
});

test.each<[string, () => Promise<void>]>([
  ['an imported file', () => writeFile(join(service, 'name.ts'), "export const name = 'second';")],
  ['an entry', () => writeFile(join(service, 'one.ts'), "console.log('alone');")],
  ['the lock file', () => writeFile(join(service, 'package-lock.json'), '{ "lockfileVersion": 3 }')],
  ['a module with esbuild plugins', () => writeFile(join(service, 'plugin.ts'), 'export default [1];')],
  ['the compiler’s options', () => writeFile(join(service, 'tsconfig.json'), '{ "compilerOptions": {} }')],
])('the bundles are built again if %s has changed', async (_, change) => {
  await bundled('a');
  await change();

  expect((await bundled('b')).restored).toBe(false);
  expect((await bundled('c')).restored).toBe(true);
});

test('a build is not stored if a file is saved while it runs', async () => {
  const save = () => writeFile(join(service, 'name.ts'), "export const name = 'second';");

  await bundled('a', {}, save);
  const next = await bundled('b');

  expect(next.restored).toBe(false);
  expect(next.one).toContain('second');
});

test('builds with different options are both kept', async () => {
  await bundled('a');

  const small = await bundled('b', { minify: true });

  expect(small.restored).toBe(false);
  expect((await bundled('c')).restored).toBe(true);
  expect(await bundled('d', { minify: true })).toEqual({ ...small, restored: true });
});

test('if an input was deleted, nothing is restored', async () => {
  await bundled('a');
  await rm(join(service, 'name.ts'));

  await expect(new BundleCache(folder, service).restore(optionsOf('b'))).resolves.toBe(false);
});

test('for the same options, only the last used builds are kept', async () => {
  for (let version = 0; version < 5; version += 1) {
    await writeFile(join(service, 'name.ts'), `export const name = '${version}';`);
    await bundled('a');
  }

  const [options = ''] = await readdir(folder);
  expect((await readdir(join(folder, options))).filter((name) => name !== 'inputs.json')).toHaveLength(3);
});

test('if a build can’t be stored, a message says so, and its bundles can be used', async () => {
  const said = jest.spyOn(console, 'error').mockReturnValue();
  await mkdir(join(service, 'node_modules', '.cache'));
  await writeFile(folder, 'a file in place of the folder');

  const { restored, one } = await bundled('a');

  expect({ restored, built: one.includes('first') }).toEqual({ restored: false, built: true });
  expect(said).toHaveBeenCalledWith(expect.stringContaining("this build can't be stored in the cache"));
  said.mockRestore();
});
