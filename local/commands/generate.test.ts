import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { runCommand } from './command.ts';
import { generate } from './generate.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'generate-'));
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

async function run(...args: string[]) {
  const errors = jest.spyOn(console, 'error').mockImplementation(() => {});
  const code = await runCommand(generate, args);
  return { code, said: errors.mock.calls.flat().join('\n') };
}

test.each([
  [[], 'say what to generate, fleet or demo'],
  [['orders'], 'fleet or demo, not "orders"'],
  [['fleet', '5'], 'npm run generate -- fleet --rate 5'],
  [['fleet', '--vehikles', '5'], "Unknown option '--vehikles'"],
  [['fleet', '--vehicles', 'many'], '--vehicles takes a whole number from 1 to 100000, not "many"'],
  [['fleet', '--bad', '2'], '--bad takes a number from 0 to 1'],
  [['demo', '--vehicles', '5'], '--vehicles is no option of "demo"'],
  [['fleet', '--speedup', '5'], '--speedup is no option of "fleet"'],
  [['fleet', '--trace', 'x.json', '--rate', '5'], '--rate is no option of "fleet --trace"'],
  [['fleet', '--trace', 'x.json', '--speedup', '0.5'], '--speedup takes a number from 1'],
  [['fleet', '--trace', 'x.json', '--shift', 'later'], '--shift takes "now"'],
  [['fleet', '--trace', 'x.json', '--shift', 'now', '--keep-time'], 'exclude each other'],
])('called with %j: exit code 2, and why', async (args, why) => {
  const { code, said } = await run(...args);
  expect(said).toContain(why);
  expect(code).toBe(2);
});

test('a trace that is missing or wrong is one line and exit code 1', async () => {
  const missing = await run('fleet', '--trace', join(folder, 'none.json'));
  expect(missing.code).toBe(1);
  expect(missing.said).toContain("can't read the trace");
  expect(missing.said).toContain('ENOENT');

  const file = join(folder, 'wrong.json');
  writeFileSync(file, '[{"point": "POINT(1 2)"}]');
  const wrong = await run('fleet', '--trace', file);
  expect(wrong.code).toBe(1);
  expect(wrong.said).toContain('fix 0: time');
});
