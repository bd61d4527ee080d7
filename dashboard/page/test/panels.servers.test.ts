import { eventually } from '#test/support/eventually.ts';
import type { MappingFlow } from '../../contract.ts';
import { eachPage } from './open-page.ts';

const now = eachPage();

const panel = (id: string) => now.page.locator(`#${id}`);
/** The state's flow, with one mapping changed. */
const flowWith = (id: string, change: Partial<MappingFlow>) => ({
  ...now.state.flow,
  mappings: now.state.flow.mappings.map((each) => (each.id === id ? { ...each, ...change } : each)),
});

test('a mapping that fails is red in the flow, in the summary and in health, with its problem', async () => {
  const problem = "3 batches failed in a row: the store didn't answer";
  now.fake.emit('flow', flowWith('insertIntoRds alerts-topic', { failing: true, problem }));

  await now.page.locator('.flow .stop.bad').waitFor();
  await panel('health').getByText(problem).waitFor();
  expect(await now.page.locator('.summary .bad').innerText()).toMatch(/failing mappings\s+1/);
  await now.page.locator('.flow .stop.bad').click();
  await panel('lag').getByText(problem).waitFor();
});

test('what is not known says so, and is not shown as 0', async () => {
  const nothing = { perSecond: null, lag: null, lagSeconds: null, clearedIn: null, partitions: [] };
  const servers = [{ name: 'kafka', up: null, since: null }];
  now.fake.emit('flow', { ...flowWith('processOrder orders', nothing), servers });

  await panel('health').locator('.servers').getByText('not known', { exact: true }).waitFor();
  const row = panel('lag').locator('.lag-table tr').filter({ hasText: 'processOrder' });
  await row.locator('td.number .unknown').nth(3).waitFor();
  expect(await row.locator('td.number').allInnerTexts()).toEqual(Array(4).fill('not known'));
  expect(
    await panel('flow')
      .getByRole('link', { name: /^processOrder/ })
      .innerHTML(),
  ).toContain('lag not known');
});

test('a server that is down is red, in its panel and in the summary', async () => {
  const servers = now.state.flow.servers.map((server) => ({ ...server, up: server.name !== 's3' }));
  now.fake.emit('flow', { ...now.state.flow, servers });

  expect(await panel('health').locator('.servers li.bad').innerText()).toMatch(/s3\s+down/);
  expect(await now.page.locator('.summary .bad').innerText()).toMatch(/servers up\s+4 of 5/);
  expect(await panel('flow').locator('.store.bad').innerHTML()).toContain('S3');
});

test('lag shows the partitions of the chosen mapping, and its chart', async () => {
  const id = 'upsertIntoDynamodb processed-data-topic';
  const row = panel('lag').locator('.lag-table tr').filter({ hasText: 'processed-data-topic' });
  await row.getByRole('button', { name: 'upsertIntoDynamodb' }).click();

  const lags = now.state.flow.mappings.find((mapping) => mapping.id === id)?.partitions.map(({ lag }) => String(lag));
  await panel('lag').locator('.lag-details h3').getByText('upsertIntoDynamodb', { exact: false }).first().waitFor();
  expect(await panel('lag').locator('.partitions td:nth-child(2)').allInnerTexts()).toEqual(lags);
  await panel('lag').locator('.uplot canvas').waitFor();
});

test('a click on a topic follows it; a pause and a filter hold what is shown', async () => {
  const rows = panel('tail').locator('.tail-list li');
  const item = (offset: number) => ({
    partition: 0,
    offset: String(offset),
    time: offset,
    key: `V${offset}`,
    value: '{}',
    headers: {},
  });
  await now.page.getByRole('link', { name: /^alerts-topic/ }).click();
  await eventually(() => now.fake.asked.includes('GET /events?tail=alerts-topic'), { what: 'the page asks for it' });
  now.fake.emit('tail', { topic: 'alerts-topic', items: [item(1), item(2)], left: 0 });
  await rows.nth(1).waitFor();

  await panel('tail').getByRole('button', { name: 'Pause' }).click();
  now.fake.emit('tail', { topic: 'alerts-topic', items: [item(3)], left: 7 });
  await panel('tail').getByText("7 records weren't sent").waitFor();
  expect(await rows.count()).toBe(2);
  await panel('tail').getByRole('button', { name: 'Go on' }).click();
  await rows.nth(2).waitFor();
  await panel('tail').getByLabel('Filter records').fill('v2');
  await rows.nth(1).waitFor({ state: 'detached' });
  expect(await rows.innerText()).toContain('V2');
});

test('alerts are filtered by kind and by words; the store is asked for older ones', async () => {
  const rows = panel('alerts').locator('.alert-list li');
  const vehicle = now.state.alerts.find(({ kind }) => kind === 'Speeding')?.vehicle ?? '';
  await panel('alerts').getByRole('button', { name: 'Speeding' }).click();
  await panel('alerts').getByLabel('Filter alerts').fill(vehicle);
  const isShown = async () =>
    (await rows.allInnerTexts()).every((text) => text.includes('Speeding') && text.includes(vehicle));
  await eventually(isShown, { what: 'only its alerts are shown' });

  const old = {
    source: 'raw-data-topic-0-5/Speeding',
    alert: 'Speeding',
    vehicleId: vehicle,
    eventTime: '2026-01-02T03:04:05Z',
  };
  const stored = { ...old, detail: { speed: 91.5 }, latitude: 48.1, longitude: 11.5 };
  now.fake.answers.set('/api/alerts', () => ({ json: { items: [stored] } }));
  await panel('alerts').getByRole('button', { name: 'Search the store' }).click();
  await panel('alerts').getByText('1 found in the store.').waitFor();
  await rows.getByText('speed 91.5').waitFor();
  expect(now.fake.asked).toContain(`GET /api/alerts?limit=100&kind=Speeding&vehicle=${vehicle}`);
});

test('windows show their state, their revenue, and orders that came late', async () => {
  const start = Date.now() - (Date.now() % 60_000);
  const item = { start, product: 'P001', state: 'corrected', orders: 3, revenue: 1_234_567.5, late: 2 } as const;
  now.fake.emit('windows', { items: [item] });

  const row = panel('windows').locator('tbody tr').first();
  await row.locator('td.corrected').getByText('1,234,567.50').waitFor();
  expect(await row.locator('td.corrected').innerText()).toMatch(/\+2$/);
});
