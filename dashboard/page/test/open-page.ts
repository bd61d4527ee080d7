import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { State } from '../../contract.ts';
import { buildPage } from '../build.ts';
import { openBrowser } from './browser.ts';
import { type Fake, startFake } from './fake/server.ts';
import { createWorld } from './fake/world.ts';

/** The built page and a browser, for the tests of one file. */
export interface Desk {
  folder: string;
  browser: Browser;
  close: () => Promise<void>;
}

export async function openDesk(): Promise<Desk> {
  const folder = await mkdtemp(join(tmpdir(), 'page-'));
  await buildPage(folder);
  const browser = await openBrowser();
  const close = async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  };
  return { folder, browser, close };
}

export interface Opened {
  page: Page;
  fake: Fake;
  /** errors of the page, and lines that it wrote to the console */
  errors: string[];
  close: () => Promise<void>;
}

/** Opens the page, and waits until it has the state. */
export async function openPage(
  { browser, folder }: Desk,
  state: State,
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const fake = await startFake(folder, () => state);
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(12_000);
  const errors: string[] = [];
  page.on('console', (message) => errors.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(fake.url);
  await page.locator('.badge.link.open').waitFor();
  const close = async () => {
    await context.close();
    await fake.stop().catch(() => undefined);
  };
  return { page, fake, errors, close };
}

/**
 * Opens a page for each test of a file, with a small fleet. After each test, the page must have written nothing to its
 * console.
 */
export function eachPage(options: BrowserContextOptions = {}): { desk: Desk; state: State } & Opened {
  const now = {} as { desk: Desk; state: State } & Opened;
  beforeAll(async () => {
    now.desk = await openDesk();
  });
  afterAll(() => now.desk.close());
  beforeEach(async () => {
    now.state = createWorld({ vehicles: 20, perSecond: 20 }).state();
    Object.assign(now, await openPage(now.desk, now.state, options));
  });
  afterEach(async () => {
    await now.close();
    expect(now.errors).toEqual([]);
  });
  return now;
}
