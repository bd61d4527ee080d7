import { once } from 'node:events';
import { mkdirSync, mkdtempSync, renameSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { watchSources } from './watch-sources.ts';

let folder = '';
let elsewhere = '';
let seen = 0;
let watcher: { close(): void };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'watch-'));
  elsewhere = mkdtempSync(join(tmpdir(), 'watch-elsewhere-'));
  mkdirSync(join(folder, 'a', 'b'), { recursive: true });
  writeFileSync(join(folder, 'a', 'b', 'c.ts'), '1');
  seen = 0;
  jest.useFakeTimers();
  watcher = watchSources([folder], () => {
    seen += 1;
  });
});
afterEach(() => {
  watcher.close();
  jest.useRealTimers();
  rmSync(folder, { recursive: true });
  rmSync(elsewhere, { recursive: true });
});

const save = (...path: string[]) => writeFileSync(join(folder, ...path), String(Math.random()));

/** Resolves when the watchers have seen all changes so far. Linux reports changes in their order (inotify(7)). */
async function heard(): Promise<void> {
  if (process.platform !== 'linux') return sleep(500);
  const last = watch(elsewhere);
  const change = once(last, 'change');
  writeFileSync(join(elsewhere, 'last'), '');
  await change;
  last.close();
}

/** Lets a minute pass. @returns the number of calls of `changed` for the changes since the last time */
async function told(): Promise<number> {
  const before = seen;
  await heard();
  jest.advanceTimersByTime(60_000);
  return seen - before;
}

test('a save in several steps calls back once, after the last step', async () => {
  save('a', 'b', 'c.ts');
  await heard();
  jest.advanceTimersByTime(99);
  save('a', 'b', 'c.ts');
  save('a', 'd.ts');
  await heard();
  jest.advanceTimersByTime(99);
  expect(seen).toBe(0);
  expect(await told()).toBe(1);
});

test('a file that an editor replaces with a new one calls back each time', async () => {
  for (let i = 0; i < 3; i++) {
    save('a', 'b', 'new');
    renameSync(join(folder, 'a', 'b', 'new'), join(folder, 'a', 'b', 'c.ts'));
    expect(await told()).toBe(1);
  }
});

test('a file in a new folder calls back', async () => {
  mkdirSync(join(folder, 'later', 'deep'), { recursive: true });
  expect(await told()).toBe(1);
  save('later', 'deep', 'x.ts');
  expect(await told()).toBe(1);
});

test('a folder that is removed and created again is watched again', async () => {
  rmSync(join(folder, 'a', 'b'), { recursive: true });
  await told();
  mkdirSync(join(folder, 'a', 'b'));
  await told();
  save('a', 'b', 'c.ts');
  expect(await told()).toBe(1);
});

test('a test file does not call back, and nothing calls back after close', async () => {
  save('a', 'c.test.ts');
  expect(await told()).toBe(0);
  watcher.close();
  save('a', 'd.ts');
  expect(await told()).toBe(0);
});
