import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sideBySide } from '#lib/side-by-side.ts';

const root = join(import.meta.dirname, '..');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
/** The scripts that run a command of ours, with its file and fixed arguments. */
const commands = Object.entries(scripts).flatMap(([name, script]) => {
  const [program, file = '', ...args] = script.split(' ');
  return program === 'node' && file.endsWith('.ts') ? [{ name, args: [file, ...args] }] : [];
});

/** Runs a command of each script. @returns for each its exit code and first line of output */
function answers(argument: string): Promise<{ name: string; code: unknown; line: string | undefined }[]> {
  return sideBySide(commands, 2, ({ name, args }) => {
    const { promise, resolve } = Promise.withResolvers<{ name: string; code: unknown; line: string | undefined }>();
    execFile(process.execPath, [...args, argument], { cwd: root }, (error, stdout, stderr) =>
      resolve({ name, code: error?.code ?? 0, line: (stdout + stderr).split('\n')[0] }),
    );
    return promise;
  });
}

test('every command prints its usage for --help', async () => {
  expect(commands.length).toBeGreaterThan(15);
  const usage = expect.stringMatching(/^Usage: npm /);

  expect(await answers('--help')).toEqual(commands.map(({ name }) => ({ name, code: 0, line: usage })));
}, 120_000);

test('every command refuses an unknown option with exit code 2, and names it', async () => {
  const error = expect.stringMatching(/^[a-z:-]+: Unknown option '--nonsense'$/);

  expect(await answers('--nonsense')).toEqual(commands.map(({ name }) => ({ name, code: 2, line: error })));
}, 120_000);
