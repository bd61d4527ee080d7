import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { runCommand } from '#cli/command.ts';
import { thisMachine } from './results.ts';
import { bench } from './run.ts';

let folder: string;
let errors: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bench-'));
  errors = [];
  jest.spyOn(console, 'error').mockImplementation((text: string) => void errors.push(text));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A file of results, with one difference from those of this machine. */
function file(difference: object): string {
  const path = join(folder, 'results.json');
  writeFileSync(path, JSON.stringify({ machine: thisMachine(), scale: 1, measured: {}, ...difference }));
  return path;
}

test.each([
  ['an unknown benchmark', ['nothing'], /"nothing" is no benchmark; the benchmarks are .*logins/],
  ['a scale out of range', ['--scale', '0'], /--scale takes a number from 0.01 to 10/],
  ['a file that is not there', ['--compare', 'nowhere.json'], /--compare: ENOENT/],
  ['a folder that is not there', ['--json', 'nowhere/results.json'], /there is no folder nowhere/],
])('%s is refused before anything is measured', async (_, args, message) => {
  expect(await runCommand(bench, args)).toBe(2);
  expect(errors[0]).toMatch(message);
});

test.each([
  ['--compare', { scale: 0.1 }, /was measured with --scale 0.1: use the same/],
  ['--compare', { measured: undefined }, /has no results of npm run bench/],
  ['--json', { machine: { cores: 1, cpu: 'another', node: 'v1' } }, /has figures from another, Node v1/],
])('%s refuses a file with %j', async (option, difference, message) => {
  expect(await runCommand(bench, [option, file(difference)])).toBe(2);
  expect(errors[0]).toMatch(message);
});
