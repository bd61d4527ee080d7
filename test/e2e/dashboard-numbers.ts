import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { Client } from 'pg';
import type { Page } from 'playwright-core';
import { withAdmin } from '#cli/topic.ts';
import { dynamodbOf, kafkaOf } from '#local/deploy/servers.ts';
import type { StackFile } from '#local/stack-file.ts';

/** Numbers of a run: the page shows them, and the stores have them. */
export interface Numbers {
  vehicles: number;
  deadLetters: number;
  alerts: number;
  /** by device type; `others` where the page adds up the rest */
  logins: Record<string, number>;
  /** "P001 12 13419.00": product, orders and revenue of each closed window */
  closed: string[];
}

const DEAD_LETTER_TOPICS = ['raw-data-dlq', 'orders-dlq', 'user-login-dlq', 'demo-dlq'];
/** Rows that the page adds up: "4 others". */
const OTHERS = /^\d+ others$/;

/** What the page shows. */
export async function shown(page: Page): Promise<Numbers> {
  const figure = async (name: string) =>
    numberOf(await page.locator('.summary a').filter({ hasText: name }).locator('.figure').innerText());
  const [more = '0'] = await page.locator('#alerts .more').allInnerTexts();
  return {
    vehicles: await figure('vehicles'),
    deadLetters: await figure('dead letters'),
    alerts: (await page.locator('#alerts .alert-list li').count()) + Number.parseInt(more, 10),
    logins: await shownLogins(page),
    closed: await shownWindows(page),
  };
}

async function shownLogins(page: Page): Promise<Numbers['logins']> {
  const rows = page.locator('#logins .bars').first().locator('li');
  const names = await rows.locator('.name').allInnerTexts();
  const counts = await rows.locator('.number').allInnerTexts();
  return Object.fromEntries(
    names.map((name, index) => [OTHERS.test(name) ? 'others' : name, numberOf(counts[index] ?? '')]),
  );
}

async function shownWindows(page: Page): Promise<Numbers['closed']> {
  const closed: string[] = [];
  for (const row of await page.locator('#windows tbody tr').all()) {
    const product = await row.locator('th').innerText();
    for (const cell of await row.locator('td.closed, td.corrected').all()) {
      const [, orders = ''] = /: ([\d,]+) orders/.exec((await cell.getAttribute('title')) ?? '') ?? [];
      const [revenue = ''] = /^[\d,.]+/.exec(await cell.innerText()) ?? [];
      closed.push(`${product} ${numberOf(orders)} ${numberOf(revenue).toFixed(2)}`);
    }
  }
  return closed.sort();
}

/** What the stores have. @param page says which device types the page doesn't add up */
export async function stored({ endpoints, references }: StackFile, page: Numbers): Promise<Numbers> {
  const table = references?.['VehiclesTable']?.['Ref'] as string;
  const { Count = 0 } = await dynamodbOf(endpoints).send(
    new ScanCommand({ TableName: table, Select: 'COUNT', ConsistentRead: true }),
  );
  const ends = await withAdmin(kafkaOf(endpoints, 'test'), (admin) =>
    Promise.all(DEAD_LETTER_TOPICS.map((topic) => admin.fetchTopicOffsets(topic))),
  );
  const database = new Client({ connectionString: endpoints.postgres });
  await database.connect();
  try {
    const rows = async (statement: string) => (await database.query<Record<string, string>>(statement)).rows;
    const [alerts] = await rows('SELECT count(*) FROM alerts');
    const logins: Record<string, number> = {};
    for (const { device_type = '', count } of await rows('SELECT device_type, count(*) FROM logins GROUP BY 1')) {
      const name = Object.hasOwn(page.logins, device_type) ? device_type : 'others';
      logins[name] = (logins[name] ?? 0) + Number(count);
    }
    const metrics = await rows('SELECT product_id, order_count, total_revenue FROM product_metrics');
    return {
      vehicles: Count,
      deadLetters: ends.flat().reduce((sum, { offset }) => sum + Number(offset), 0),
      alerts: Number(alerts?.['count']),
      logins,
      closed: metrics.map((row) => `${row['product_id']} ${row['order_count']} ${row['total_revenue']}`).sort(),
    };
  } finally {
    await database.end();
  }
}

function numberOf(text: string): number {
  return Number(text.replaceAll(',', ''));
}
