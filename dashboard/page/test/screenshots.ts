import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { startFake } from './fake/server.ts';
import { createWorld } from './fake/world.ts';
import { openDesk } from './open-page.ts';

/**
 * Writes the pictures of docs/dashboard.md and of the README, from a simulated run.
 *
 * Usage: node dashboard/page/test/screenshots.ts [FOLDER]
 */
const folder = process.argv[2] ?? join(import.meta.dirname, '..', '..', '..', 'docs', 'images');
await mkdir(folder, { recursive: true });

interface Picture {
  name: string;
  colorScheme: 'light' | 'dark';
  width: number;
  height: number;
  /** what is done before; else the page is shown from its top */
  before?: (page: Page) => Promise<unknown>;
}

const lower = (page: Page) => page.evaluate('scrollTo(0, document.getElementById("lag").offsetTop - 68)');
const way = (page: Page) => page.locator('.alert-list .source').first().click();
const PICTURES: Picture[] = (['light', 'dark'] as const).flatMap((colorScheme) => [
  { name: `dashboard-${colorScheme}`, colorScheme, width: 1360, height: 1360 },
  { name: `dashboard-${colorScheme}-375`, colorScheme, width: 375, height: 1100 },
]);
PICTURES.push(
  { name: 'dashboard-lower', colorScheme: 'light', width: 1360, height: 1180, before: lower },
  { name: 'dashboard-way', colorScheme: 'dark', width: 1360, height: 700, before: way },
);

const world = createWorld();
const desk = await openDesk();
const fake = await startFake(desk.folder, () => world.state());
const timer = setInterval(() => {
  for (const { name, data } of world.step()) fake.emit(name, data);
}, 100);
for (const { name, colorScheme, width, height, before } of PICTURES) {
  const context = await desk.browser.newContext({ viewport: { width, height }, colorScheme, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.goto(fake.url);
  await page.locator('.badge.link.open').waitFor();
  await page.locator('#tail select').selectOption('alerts-topic');
  // The chart of the lag needs some seconds, and so do the records of the tail.
  await page.waitForTimeout(before === lower ? 20_000 : 4_000);
  await page.evaluate('scrollTo(0, 0)');
  await before?.(page);
  await page.waitForTimeout(1_500);
  await page.screenshot({ path: join(folder, `${name}.png`) });
  console.log(join(folder, `${name}.png`));
  await context.close();
}
clearInterval(timer);
await desk.close();
await fake.stop();
