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

/** Resolves when all that was done so far is heard. Linux gives a process all changes in their order (inotify(7)). */
async function heard(): Promise<void> {
  if (process.platform !== 'linux') return sleep(500);
  const last = watch(elsewhere);
  const change = once(last, 'change');
  writeFileSync(join(elsewhere, 'last'), '');
  await change;
  last.close();
}

/** @returns how often it was told of what was done since the last time, when a minute has passed */
async function told(): Promise<number> {
  const before = seen;
  await heard();
  jest.advanceTimersByTime(60_000);
  return seen - before;
}

test('a file that is saved in several steps is told once, when it is saved', async () => {
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
