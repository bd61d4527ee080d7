import { type ExecFileException, execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { rows } from '../conformance/rows/rows.ts';
import { type Fault, faults } from './faults.ts';

/** The faults that `npm run test:full` applies. */
const ALWAYS = 3;
/** A row that no fault concerns: it shows that not just everything fails. */
const UNCONCERNED = 'append-time';
const plugin = dirname(import.meta.dirname);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'msk-faults-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** @returns the exit code, and for each row of the table what it says */
async function conform(home: string, ...args: string[]): Promise<{ code: number; results: Map<string, string> }> {
  const [code, output] = await new Promise<[number, string]>((resolve) => {
    execFile(process.execPath, [join(home, 'conformance/conform.ts'), ...args], (error, stdout, stderr) =>
      resolve([Number((error as ExecFileException | null)?.code ?? 0), `${stdout}${stderr}`]),
    );
  });
  const found = [...output.matchAll(/^\| ([\w-]+) \|.*\| (.*) \|$/gm)].map(
    ([, id = '', result = '']) => [id, result] as const,
  );
  if (found.length === 0) throw new Error(output);
  return { code, results: new Map(found.filter(([id]) => rows.some((row) => row.id === id))) };
}

/** A copy of the plugin with the fault. */
async function wrongPlugin({ file, code, wrong }: Fault, number: number): Promise<string> {
  const home = join(folder, String(number), 'plugins/msk');
  await mkdir(dirname(home), { recursive: true });
  const skipped = ['.serverless', '.esbuild', 'test', 'example', 'bench'];
  await cp(plugin, home, { recursive: true, filter: (path) => !skipped.includes(basename(path)) });
  await symlink(await realpath(join(plugin, '../../node_modules')), join(folder, String(number), 'node_modules'));
  const text = await readFile(join(home, file), 'utf8');
  expect(text.split(code)).toHaveLength(2);
  await writeFile(
    join(home, file),
    text.replace(code, () => wrong),
  );
  return home;
}

test('npm run conform: each row is as documented', async () => {
  const { code, results } = await conform(plugin, '--limit', '80');

  expect(Object.fromEntries(results)).toEqual(Object.fromEntries(rows.map(({ id }) => [id, 'as documented'])));
  expect(code).toBe(0);
});

const applied = process.env['FAULTS'] === 'all' ? faults : faults.slice(0, ALWAYS);
test.each(applied.map((fault, number) => ({ ...fault, number })))(
  'npm run conform finds a plugin that $name',
  async ({ number, ...fault }) => {
    const home = await wrongPlugin(fault, number);
    const only = [...Object.keys(fault.caughtBy), UNCONCERNED];

    const { code, results } = await conform(home, '--only', only.join(), '--limit', '14');

    const expected = Object.entries(fault.caughtBy).map(([id, says]) => [id, expect.stringMatching(says)]);
    expect(Object.fromEntries(results)).toEqual({ ...Object.fromEntries(expected), [UNCONCERNED]: 'as documented' });
    expect(code).toBe(1);
  },
);
