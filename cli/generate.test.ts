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
  [[], 'say what to generate, fleet, orders, logins or demo'],
  [['order'], 'fleet, orders, logins or demo, not "order"'],
  [['fleet', '5'], 'npm run generate -- fleet --rate 5'],
  [['fleet', '--vehikles', '5'], "Unknown option '--vehikles'"],
  [['fleet', '--vehicles', 'many'], '--vehicles takes a whole number from 1 to 100000, not "many"'],
  [['fleet', '--bad', '2'], '--bad takes a number from 0 to 1'],
  [['logins', '--vehicles', '5'], '--vehicles is no option of "logins"'],
  [['demo', '--vehicles', '5'], '--vehicles is no option of "demo"'],
  [['fleet', '--speedup', '5'], '--speedup is no option of "fleet"'],
  [['fleet', '--trace', 'x.json', '--rate', '5'], '--rate is no option of "fleet --trace"'],
  [['fleet', '--trace', 'x.json', '--speedup', '0.5'], '--speedup takes a number from 1'],
  [['fleet', '--trace', 'x.json', '--shift', 'later'], '--shift takes "now"'],
  [['fleet', '--trace', 'x.json', '--shift', 'now', '--keep-time'], 'exclude each other'],
  [['orders', '--vehicles', '5'], '--vehicles is no option of "orders"'],
  [['orders', '--speed', '5'], '--speed is no option of "orders"'],
  [['orders', '--file', 'x.csv', '--rate', '5'], '--rate is no option of "orders --file"'],
  [['orders', '--file', 'x.csv', '--time', 'now'], '--time takes shift or keep, not "now"'],
  [['orders', '--file', 'x.csv', '--speed', '0'], '--speed takes a number from 0.001'],
  [['orders', '--file', 'x.csv', '--map', 'total'], '--map takes field=column,…, with the fields order_id'],
  [['orders', '--file', 'x.csv', '--map', 'price=total'], 'not "price=total"'],
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

test('a file of orders that is missing or wrong is one line with its line, and exit code 1', async () => {
  const missing = await run('orders', '--file', join(folder, 'none.csv'));
  expect(missing.code).toBe(1);
  expect(missing.said).toContain('none.csv: ENOENT');

  const file = join(folder, 'wrong.csv');
  writeFileSync(file, 'orderID,user_id,product_id,amount,timestamp\n1,U1,P001,12.5,2026-01-15T10:00:00Z\n');
  const column = await run('orders', '--file', file);
  expect(column.code).toBe(1);
  expect(column.said).toContain('wrong.csv line 2: no column order_id; there are orderID, user_id');

  const row = (n: number, time: string) => `${n},U1,P001,12.5,2026-01-${time}:00:00Z`;
  writeFileSync(file, `order_id,user_id,product_id,amount,timestamp\n${row(1, '15T12')}\n${row(2, '15T10')}\n`);
  const newestFirst = await run('orders', '--file', file);
  expect(newestFirst.code).toBe(1);
  expect(newestFirst.said).toContain(
    'wrong.csv line 3: timestamp is over 60 minutes before one above it: sort the file',
  );
});
