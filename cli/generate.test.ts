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
  [[], 'give fleet, orders, logins or demo, as in: npm run generate -- fleet'],
  [['order'], 'give fleet, orders, logins or demo, not "order"'],
  [['fleet', '5'], 'npm run generate -- fleet --rate 5'],
  [['fleet', '--vehikles', '5'], "Unknown option '--vehikles'"],
  [['fleet', '--vehicles', 'many'], '--vehicles takes a whole number from 1 to 100000, not "many"'],
  [['fleet', '--bad', '2'], '--bad takes a number from 0 to 1'],
  [['logins', '--vehicles', '5'], '"logins" has no option --vehicles; it has --rate, --bad'],
  [['logins', '--partitioner', 'odd'], '--partitioner takes hash or even, not "odd"'],
  [['fleet', '--partitioner', 'even'], '"fleet" has no option --partitioner'],
  [['demo', '--vehicles', '5'], '"demo" has no option --vehicles'],
  [['fleet', '--speedup', '5'], '"fleet" has no option --speedup'],
  [['fleet', '--trace', 'x.json', '--rate', '5'], '"fleet --trace" has no option --rate'],
  [['fleet', '--trace', 'x.json', '--speedup', '0.5'], '--speedup takes a number from 1'],
  [['fleet', '--trace', 'x.json', '--shift', 'later'], '--shift takes "now"'],
  [['fleet', '--trace', 'x.json', '--shift', 'now', '--keep-time'], 'give --shift now or --keep-time, not both'],
  [['orders', '--vehicles', '5'], '"orders" has no option --vehicles'],
  [['orders', '--speed', '5'], '"orders" has no option --speed'],
  [['orders', '--file', 'x.csv', '--rate', '5'], '"orders --file" has no option --rate'],
  [['orders', '--file', 'x.csv', '--time', 'now'], '--time takes shift or keep, not "now"'],
  [['orders', '--file', 'x.csv', '--speed', '0'], '--speed takes a number from 0.001'],
  [['orders', '--file', 'x.csv', '--map', 'total'], '--map takes field=column,…, with the fields order_id'],
  [['orders', '--file', 'x.csv', '--map', 'price=total'], 'not "price=total"'],
])('the arguments %j exit with code 2, and the error says why', async (args, why) => {
  const { code, said } = await run(...args);
  expect(said).toContain(why);
  expect(code).toBe(2);
});

test('a trace that is missing or wrong exits with code 1 and prints one line', async () => {
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

test('a missing or wrong file of orders exits with code 1 and prints the line of the mistake', async () => {
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
    'wrong.csv line 3: timestamp is over 60 minutes before a row above it: sort the file',
  );
});
