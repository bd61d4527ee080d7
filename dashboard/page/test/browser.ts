import { tmpdir } from 'node:os';
import { join } from 'node:path';
import chromium from '@sparticuz/chromium';
import { type Browser, chromium as driver } from 'playwright-core';

/**
 * A real Chromium, from the npm registry. It is unpacked into the temporary folder.
 * The fonts come with it, so that pictures look the same on every machine.
 */
export async function openBrowser(): Promise<Browser> {
  const executablePath = await chromium.executablePath();
  return driver.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none', '--enable-precise-memory-info'],
    env: {
      ...process.env,
      FONTCONFIG_PATH: join(tmpdir(), 'fonts'),
      LANG: 'en_US.UTF-8',
      LC_ALL: 'en_US.UTF-8',
    } as Record<string, string>,
  });
}
