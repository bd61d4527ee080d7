import { eventually } from '#test/support/eventually.ts';
import type { Redrive } from '../../contract.ts';
import { planned, way } from './fake/answers.ts';
import { eachPage } from './open-page.ts';

const now = eachPage();

const drawer = () => now.page.locator('.drawer');
const steps = () => drawer().locator('.waterfall li');

test('a pasted source opens its way, which grows until it is complete', async () => {
  let known = 3;
  now.fake.answers.set('/way', (query) => ({ json: way(query.get('source') ?? '', known) }));
  await now.page.getByLabel("A record's source").fill(' raw-data-topic-2-1461 ');
  await now.page.keyboard.press('Enter');

  await steps().nth(2).waitFor();
  known = 10;
  await steps().nth(9).waitFor();
  await drawer().getByText('It is where it belongs.').waitFor();
  expect(now.fake.asked[0]).toMatch(/^GET/);
  expect(await steps().nth(9).innerText()).toContain('time not known');
  await now.page.keyboard.press('Escape');
  await drawer().waitFor({ state: 'detached' });
});

test('a source that is not there shows what the server said', async () => {
  now.fake.answers.set('/way', () => ({ status: 400, json: { error: 'not a source', parameter: 'source' } }));
  await now.page.getByLabel("A record's source").fill('nonsense');
  await now.page.keyboard.press('Enter');

  await drawer().getByText('source: not a source').waitFor();
  // The browser itself writes a line for the status.
  expect(now.errors.splice(0)).toEqual([expect.stringContaining('400')]);
});

test("an alert's time opens the way of its reading", async () => {
  await now.page.locator('.alert-list .source').first().click();

  const source = now.state.alerts[0]?.source.split('/')[0];
  await drawer().locator('.way-source').getByText(`${source}`).waitFor();
});

test('a sample is sent as it is, and its way opens', async () => {
  await now.page.getByRole('button', { name: 'Send a record' }).click();
  await drawer().getByRole('button', { name: 'a reading without a vehicle' }).click();
  await drawer().getByRole('button', { name: 'Send, and follow it' }).click();

  await steps().first().waitFor();
  const sent = now.fake.asked.find((line) => line.startsWith('POST /send'))?.replace('POST /send ', '') ?? '{}';
  const { topic, value } = now.state.samples[1] ?? {};
  expect(JSON.parse(sent)).toEqual({ topic, key: null, value });
});

test('nothing can be sent where there are no samples', async () => {
  now.fake.emit('state', { ...now.state, mode: 'stage', stage: 'dev', samples: [] });

  await now.page.getByText('dev', { exact: true }).waitFor();
  expect(await now.page.getByRole('button', { name: 'Send a record' }).count()).toBe(0);
});

test("a dead letter's value is read after a click, and personal fields are shown after another", async () => {
  const letter = now.page.locator('.letter-list li').first();
  const isAsked = (reveal: boolean) =>
    now.fake.asked.some((line) => line.startsWith('GET /record') && line.includes('reveal') === reveal);
  await letter.getByRole('button').click();
  await letter.getByText('__lambda.errors.exception').waitFor();
  expect(isAsked(false)).toBe(false);

  await letter.getByRole('button', { name: 'Show the value' }).click();
  await letter.getByText('203.0.113.•').waitFor();
  expect(isAsked(true)).toBe(false);
  await letter.getByRole('button', { name: 'Show personal fields too' }).click();
  await letter.getByText('203.0.113.7').waitFor();
  await eventually(() => isAsked(true), { what: 'the reveal was asked for' });
});

const posts = () => now.fake.asked.filter((line) => line.startsWith('POST'));

test('a redrive shows its dry run first, and is sent by a second click', async () => {
  let redrive: Redrive = planned;
  now.fake.answers.set('/redrive/run', () => ({ json: { ...planned, state: 'running' } }));
  await now.page
    .getByRole('button', { name: /^UNKNOWN_PRODUCT/ })
    .first()
    .click();
  await now.page.getByRole('button', { name: 'Redrive…' }).click();
  await drawer().getByRole('button', { name: 'Show what would be sent' }).click();

  await drawer().getByText('This is a dry run: nothing is sent yet.').waitFor();
  expect(await drawer().locator('tbody tr').innerText()).toMatch(/orders\s+processOrder\s+UNKNOWN_PRODUCT\s+1,200/);
  await drawer().getByText('2 not redriven: it was redriven 3 times').waitFor();
  expect(posts()).toEqual(['POST /redrive/plan {"topic":"orders-dlq","code":"UNKNOWN_PRODUCT"}']);

  redrive = { ...planned, state: 'running', sent: 400 };
  now.fake.answers.set('/redrive', () => ({ json: redrive }));
  await drawer().getByRole('button', { name: 'Redrive 1,200 records' }).click();
  await drawer().getByText('400 of 1,200 records are sent.').waitFor();
  redrive = { ...redrive, state: 'done', sent: 1_200 };
  await drawer().getByText('Done: 1,200 of 1,200 records are sent.').waitFor();
  expect(posts().slice(1)).toEqual([`POST /redrive/run {"id":"${planned.id}"}`]);
});

test('a redrive that runs is found again, stopped, and goes on', async () => {
  let redrive: Redrive = { ...planned, state: 'running', sent: 400 };
  const stopped = { ...redrive, state: 'stopped' as const };
  now.fake.answers.set('/redrive', () => ({ json: redrive }));
  now.fake.answers.set('/redrive/stop', () => ({ json: stopped }));
  now.fake.answers.set('/redrive/run', () => ({ status: 409, json: { error: 'another redrive is running' } }));
  await now.page.getByRole('button', { name: 'Redrive…' }).click();
  await drawer().getByText('400 of 1,200 records are sent.').waitFor();
  redrive = stopped;
  await drawer().getByRole('button', { name: 'Stop' }).click();
  await drawer().getByText('and none twice').waitFor();
  await drawer().getByRole('button', { name: 'Go on' }).click();

  await drawer().getByText('another redrive is running').waitFor();
  expect(posts().map((line) => line.split(' ')[1])).toEqual(['/redrive/stop', '/redrive/run']);
  // The browser itself writes a line for the status.
  expect(now.errors.splice(0)).toEqual([expect.stringContaining('409')]);
});

test('nothing can be redriven where the server does not allow it', async () => {
  now.fake.emit('state', { ...now.state, mode: 'stage', stage: 'dev', canRedrive: false });

  await now.page.getByRole('button', { name: 'Redrive…' }).waitFor({ state: 'detached' });
});

test('a vehicle is found by its id; its track and its latest reading are shown', async () => {
  await now.page.getByLabel('Find a vehicle by its id').fill('V007');
  await now.page.keyboard.press('Enter');

  const card = now.page.locator('.vehicle-card');
  await card.getByText('60 readings').waitFor();
  expect(await card.innerText()).toMatch(/V007[\s\S]*61.4 %/);
  expect(now.fake.asked.join()).toMatch(/GET \/api\/vehicles\/V007\/track\?from=\S+&limit=500/);
});
