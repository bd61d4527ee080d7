import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findingsOf } from './findings.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'findings-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Writes a tool that runs the script. */
async function tool(script: string, interpreter = '/bin/sh'): Promise<string> {
  const path = join(folder, 'tool');
  await writeFile(path, `#!${interpreter}\n${script}\n`, { mode: 0o755 });
  return path;
}

test('a tool that ends with 0 has no finding, whatever it prints', async () => {
  expect(await findingsOf(await tool('echo looked at "$1"'), ['a file'])).toBe('');
});

test('the output of a tool that ends with another code is its findings', async () => {
  expect(await findingsOf(await tool('echo "$1 is wrong"; exit 4'), ['a file'])).toBe('a file is wrong\n');
});

test.each([
  ['that is killed before it prints anything', 'kill -KILL $$', 'tool was ended by SIGKILL: Command failed'],
  ['that is killed while it prints', 'echo a finding; kill -TERM $$', 'tool was ended by SIGTERM: Command failed'],
  ['that fails without a finding', 'exit 3', 'tool failed with 3: Command failed'],
  [
    'that crashes',
    'printf "Traceback\\nMemoryError: no room\\n" >&2; exit 1',
    'tool failed with 1: MemoryError: no room',
  ],
])('a tool %s is an error', async (_, script, message) => {
  await expect(findingsOf(await tool(script), [])).rejects.toThrow(message);
});

test('a tool that is missing, or whose interpreter is missing, is an error', async () => {
  await expect(findingsOf(join(folder, 'none'), [])).rejects.toThrow('none failed with ENOENT');
  await expect(findingsOf(await tool('', join(folder, 'python')), [])).rejects.toThrow('tool failed with ENOENT');
});
