import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { pythonTool } from './python-tool.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'python-tool-'));
  jest.spyOn(console, 'log').mockReturnValue();
});
afterEach(() => rm(folder, { recursive: true }));

/**
 * A fake python3 and PyPI. Its environments have a Python that reports version 1.0 of anything. `installed` has a line
 * for each installation.
 */
async function machine() {
  const bin = join(folder, 'bin');
  await mkdir(bin);
  const programs = {
    python: 'echo 1.0',
    pip: `echo "$4" >> ${folder}/installed`,
    python3: `[ "$1" != -m ] || { mkdir -p "$3/bin" && cp ${bin}/python ${bin}/pip "$3/bin"; }`,
  };
  for (const [name, script] of Object.entries(programs)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  return {
    env: { MSK_PIPELINE_CACHE: join(folder, 'cache'), PATH: `${bin}:${process.env['PATH']}` },
    environment: join(folder, 'cache', 'lint-1.0', 'bin'),
    installed: async () => (await readFile(join(folder, 'installed'), 'utf8')).trim().split('\n'),
  };
}

test('a tool is installed once', async () => {
  const { env, installed, environment } = await machine();

  expect(await pythonTool('lint', '1.0', env)).toBe(join(environment, 'lint'));
  await pythonTool('lint', '1.0', env);

  expect(await installed()).toEqual(['lint==1.0']);
});

test.each([
  ['is missing', '/no/such/python'],
  ['lacks the package, because it was replaced', '/bin/false'],
])('an environment whose Python %s is created again', async (_, interpreter) => {
  const { env, installed, environment } = await machine();
  await pythonTool('lint', '1.0', env);
  await writeFile(join(environment, 'python'), `#!${interpreter}\n`);

  await pythonTool('lint', '1.0', env);
  await pythonTool('lint', '1.0', env);

  expect(await installed()).toEqual(['lint==1.0', 'lint==1.0']);
});
