import { isDeepStrictEqual } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '#dashboard/page/test/browser.ts';
import { type Checkout, copyCheckout } from '../support/checkout.ts';
import { eventually } from '../support/eventually.ts';
import { type Numbers, shown, stored } from './dashboard-numbers.ts';

/** It takes 5 s: the server asks twice before it says that a server is down. Then the page draws it. */
const FROZEN_MS = 10_000;
/** So few records that there are seconds in which none is on the way, and that the page holds all alerts (500). */
const LOAD = ['--vehicles', '10', '--rate', '1', '--orders', '0.5', '--logins', '0.4', '--bad', '0.3'];

let checkout: Checkout;
let browser: Browser;
beforeAll(async () => {
  checkout = await copyCheckout();
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await checkout?.remove();
});

test('the page shows the numbers of the stores, and a frozen server', async () => {
  const run = checkout.start(['--only', 'fleet,orders,logins', ...LOAD]);
  await run.says(/metrics for Prometheus: http/, 300);
  const [, address = ''] = /all mappings poll.*\n *dashboard: (http\S+)/.exec(run.output()) ?? [];
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => errors.push(message.text()));
  await page.goto(address);
  const stack = await run.stack();
  await page.locator('.alert-list li').first().waitFor({ timeout: 60_000 });

  await sendAndFollow(page);
  await findVehicle(page);
  await searchAlerts(page);
  await revealDeadLetter(page);
  await redriveDeadLetters(page);

  const pid = stack.processes.find(({ name }) => name === 's3')?.pid as number;
  const row = page.locator('#health .servers li').filter({ hasText: 's3' });
  // Out of sight, the page must show it as soon.
  await page.evaluate('scrollTo(0, 0)');
  process.kill(pid, 'SIGSTOP');
  await row.and(page.locator('.bad')).waitFor({ timeout: FROZEN_MS });
  process.kill(pid, 'SIGCONT');
  await row.and(page.locator('.ok')).waitFor();

  await page.locator('#windows td.closed').first().waitFor({ timeout: 120_000 });
  // The load goes on, so each number is compared until a moment at which none of its records was on the way.
  let seen: { onPage: Numbers; inStores: Numbers } | undefined;
  for (const name of ['vehicles', 'deadLetters', 'alerts', 'logins', 'closed'] as const) {
    const isEqual = async () => {
      const onPage = await shown(page);
      seen = { onPage, inStores: await stored(stack, onPage) };
      return isDeepStrictEqual(onPage[name], seen.inStores[name]) && !isEmpty(onPage[name]);
    };
    await eventually(isEqual, { what: `${name} as in the stores`, boundMs: 60_000, seen: () => seen });
  }
  expect(errors).toEqual([]);

  run.interrupt();
  await run.exitCode(120);
}, 900_000);

/** The first sample is V123's reading; its way through all stores is complete within some seconds. */
async function sendAndFollow(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Send a record' }).click();
  expect(await page.locator('.drawer textarea').inputValue()).toContain('"V123"');
  await page.getByRole('button', { name: 'Send, and follow it' }).click();
  await page.locator('.drawer').getByText('It is where it belongs.').waitFor({ timeout: 60_000 });
  const steps = await page.locator('.drawer .waterfall').innerText();
  for (const store of ['S3 archive', 'PostgreSQL readings', 'DynamoDB vehicles', 'OpenSearch alerts'])
    expect(steps).toContain(store);
  await page.keyboard.press('Escape');
}

async function findVehicle(page: Page): Promise<void> {
  const id = await page.locator('.alert-list .vehicle').last().innerText();
  await page.getByLabel('Find a vehicle by its id').fill(id);
  await page.keyboard.press('Enter');
  const card = page.locator('.vehicle-card');
  await card.getByRole('heading', { name: id }).waitFor();
  await card.getByText(/^\d+ readings$/).waitFor();
}

async function searchAlerts(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Search the store' }).click();
  await page
    .locator('#alerts')
    .getByText(/^[1-9]\d* found in the store\./)
    .waitFor();
  await page.getByRole('button', { name: 'Show live alerts' }).click();
}

async function revealDeadLetter(page: Page): Promise<void> {
  await page.locator('.letter-list button').first().click();
  const letter = page.locator('.letter-body');
  await letter.getByRole('button', { name: 'Show the value' }).click();
  await letter.getByRole('button', { name: 'Show personal fields too' }).click();
  await letter.getByRole('button', { name: 'Mask personal fields' }).waitFor();
}

/** They are refused again, because their cause isn't mended: the page counts the new dead letters too. */
async function redriveDeadLetters(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Redrive…' }).click();
  await page.getByRole('button', { name: 'Show what would be sent' }).click();
  await page.getByRole('button', { name: /^Redrive [1-9]\d* records$/ }).click();
  const [, sent, all] = /Done: (\d+) of (\d+)/.exec(await page.getByText(/^Done: /).innerText()) ?? [];
  expect([Number(sent), sent]).toEqual([expect.any(Number), all]);
  await page.keyboard.press('Escape');
}

function isEmpty(number: Numbers[keyof Numbers]): boolean {
  return typeof number === 'number' ? number === 0 : Object.keys(number).length === 0;
}
