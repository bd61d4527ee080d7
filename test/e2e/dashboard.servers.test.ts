import { ScanCommand } from '@aws-sdk/client-dynamodb';
import type { Browser, Page } from 'playwright-core';
import { withAdmin } from '#cli/topic.ts';
import { openBrowser } from '#dashboard/page/test/browser.ts';
import { dynamodbOf, kafkaOf } from '#local/deploy/servers.ts';
import type { StackFile } from '#local/stack-file.ts';
import { type Checkout, copyCheckout } from '../support/checkout.ts';
import { eventually } from '../support/eventually.ts';

/** It takes 5 s: the server asks twice before it says that a server is down. Then the page draws it. */
const FROZEN_MS = 10_000;

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
  const run = checkout.start(['--only', 'fleet', '--vehicles', '20', '--bad', '0.2']);
  await run.says(/dashboard: http/, 300);
  const [, address = ''] = /dashboard: (http\S+)/.exec(run.output()) ?? [];
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => errors.push(message.text()));
  await page.goto(address);
  const stack = await run.stack();

  await eventually(async () => (await shown(page)).vehicles > 0, { what: 'vehicles within 60 s', boundMs: 60_000 });
  // The numbers grow, so they are compared until a moment at which nothing came between the two questions.
  let seen: unknown;
  const isEqual = async () => {
    const [onPage, inStores] = await Promise.all([shown(page), stored(stack)]);
    seen = { onPage, inStores };
    return inStores.deadLetters > 10 && JSON.stringify(onPage) === JSON.stringify(inStores);
  };
  await eventually(isEqual, { what: 'the numbers of the stores', boundMs: 120_000, seen: () => seen });

  const pid = stack.processes.find(({ name }) => name === 's3')?.pid as number;
  const row = page.locator('#health .servers li').filter({ hasText: 's3' });
  process.kill(pid, 'SIGSTOP');
  await row.and(page.locator('.bad')).waitFor({ timeout: FROZEN_MS });
  process.kill(pid, 'SIGCONT');
  await row.and(page.locator('.ok')).waitFor();
  expect(errors).toEqual([]);

  run.interrupt();
  await run.exitCode(120);
}, 900_000);

interface Numbers {
  vehicles: number;
  deadLetters: number;
}

async function shown(page: Page): Promise<Numbers> {
  const figure = async (name: string) => {
    const text = await page.locator('.summary a').filter({ hasText: name }).locator('.figure').innerText();
    return Number(text.replaceAll(',', ''));
  };
  return { vehicles: await figure('vehicles'), deadLetters: await figure('dead letters') };
}

async function stored({ endpoints, references }: StackFile): Promise<Numbers> {
  const table = references?.['VehiclesTable']?.['Ref'] as string;
  const { Count = 0 } = await dynamodbOf(endpoints).send(
    new ScanCommand({ TableName: table, Select: 'COUNT', ConsistentRead: true }),
  );
  const ends = await withAdmin(kafkaOf(endpoints, 'test'), (admin) => admin.fetchTopicOffsets('raw-data-dlq'));
  return { vehicles: Count, deadLetters: ends.reduce((sum, { offset }) => sum + Number(offset), 0) };
}
