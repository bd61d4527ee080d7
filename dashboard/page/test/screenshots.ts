import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPage } from '../build.ts';
import { openBrowser } from './browser.ts';
import { startFake } from './fake/server.ts';
import { createWorld } from './fake/world.ts';

const OUT = join(import.meta.dirname, '..', '..', '..', 'docs', 'images');
const folder = await mkdtemp(join(tmpdir(), 'page-'));
await buildPage(folder);
const world = createWorld();
const fake = await startFake(folder, world.state);
const timer = setInterval(() => {
  for (const { name, data } of world.step()) fake.emit(name, data);
}, 100);
const browser = await openBrowser();
for (const [theme, width, height] of [
  ['light', 1440, 900],
  ['dark', 1440, 900],
  ['light', 375, 812],
  ['dark', 375, 812],
] as const) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme });
  const page = await context.newPage();
  page.on('console', (message) => console.log(message.text()));
  page.on('pageerror', (error) => console.log(error));
  await page.goto(fake.url);
  if (process.env['FULL'])
    for (let y = 0; y < 6000; y += 600) {
      await page.evaluate((at) => scrollTo(0, at), y);
      await page.waitForTimeout(250);
    }
  await page.evaluate(() => scrollTo(0, 0));
  await page.waitForTimeout(Number(process.env['WAIT'] ?? 5000));
  await page.screenshot({
    path: join(process.env['OUT'] ?? OUT, `dashboard-${theme}-${width}.png`),
    fullPage: process.env['FULL'] === '1',
  });
  await context.close();
}
await browser.close();
clearInterval(timer);
await fake.stop();
await rm(folder, { recursive: true });
