import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchSources } from './watch-sources.ts';

let folder = '';
let seen = 0;
let watcher: { close(): void };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'watch-'));
  mkdirSync(join(folder, 'a', 'b'), { recursive: true });
  writeFileSync(join(folder, 'a', 'b', 'c.ts'), '1');
  seen = 0;
  watcher = watchSources([folder], () => {
    seen += 1;
  });
});
afterEach(() => {
  watcher.close();
  rmSync(folder, { recursive: true });
});

const save = (...path: string[]) => writeFileSync(join(folder, ...path), String(Math.random()));
/** @returns how often it was told in the meantime */
async function told(): Promise<number> {
  const before = seen;
  await sleep(400);
  return seen - before;
}

test('a file that is saved in several steps is told once', async () => {
  save('a', 'b', 'c.ts');
  save('a', 'b', 'c.ts');
  save('a', 'd.ts');
  expect(await told()).toBe(1);
});

test('a file that an editor replaces by another is told each time', async () => {
  for (let i = 0; i < 3; i++) {
    save('a', 'b', 'new');
    renameSync(join(folder, 'a', 'b', 'new'), join(folder, 'a', 'b', 'c.ts'));
    expect(await told()).toBe(1);
  }
});

test('a file in a folder that was not there before is told', async () => {
  mkdirSync(join(folder, 'later', 'deep'), { recursive: true });
  expect(await told()).toBe(1);
  save('later', 'deep', 'x.ts');
  expect(await told()).toBe(1);
});

test('a folder that is removed, and comes again, is watched again', async () => {
  rmSync(join(folder, 'a', 'b'), { recursive: true });
  await told();
  mkdirSync(join(folder, 'a', 'b'));
  await told();
  save('a', 'b', 'c.ts');
  expect(await told()).toBe(1);
});

test('a test, and what comes after the end, is not told', async () => {
  save('a', 'c.test.ts');
  expect(await told()).toBe(0);
  watcher.close();
  save('a', 'd.ts');
  expect(await told()).toBe(0);
});
