import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { lambdaOfRun } from '#cli/mappings/client.ts';
import { chosen, listMappings, switchMapping } from '#cli/mappings/event-source-mappings.ts';
import type { StackFile } from '#local/stack-file.ts';
import { copyCheckout } from '../support/checkout.ts';
import { eventually } from '../support/eventually.ts';
import { Airflow, type DagRun } from './dags.ts';
import { airflowEnvironment, shown } from './environment.ts';
import { startWeb } from './web.ts';

/**
 * Runs the DAGs of airflow/ on a running pipeline: `npm run test:long -- airflow`. It makes Airflow's environment the
 * first time.
 */
const START_SECONDS = 240;
const WINDOW_MS = 240_000;
/** The mapping that is switched off. */
const [FUNCTION, TOPIC] = ['upsertIntoDynamodb', 'processed-orders'] as const;

const programs = await airflowEnvironment();
await shown(join(programs, 'ruff'), ['format', '--check', '--no-cache', 'airflow']);
await shown(join(programs, 'ruff'), ['check', '--no-cache', 'airflow']);

const home = await mkdtemp(join(tmpdir(), 'airflow-home-'));
const checkout = await copyCheckout();
const web = await startWeb();
const removed = async () => {
  await checkout.remove();
  await rm(home, { recursive: true, force: true });
  web.close();
};
process.once('SIGINT', () => void removed().finally(() => process.exit(130)));
let failed = 0;
try {
  await proof();
} finally {
  await removed();
}
console.log(failed === 0 ? 'all hold' : `${failed} don't hold`);
process.exit(failed === 0 ? 0 : 1);

async function proof(): Promise<void> {
  const run = checkout.start(['--only', 'orders', '--orders', '20', '--bad', '0.05', '--no-dashboard']);
  const airflow = new Airflow({ programs, home, checkout: checkout.folder, alerts: web.alerts });
  await airflow.prepare();
  await run.says(/produced [1-9]/, START_SECONDS);
  const stack = await run.stack();
  const { api, aws } = stack.endpoints;
  web.passTo(api);
  const windows = () => fetch(`${api}/product-metrics?limit=1`).then((answer) => answer.json());
  await eventually(async () => ((await windows()) as { items: [] }).items.length > 0, {
    what: 'a closed window',
    boundMs: WINDOW_MS,
  });
  const target = { stage: stack.stage, endpoint_url: aws, api_url: api };
  const timed = async (dag: string, params: object) => {
    const began = performance.now();
    const found = await airflow.test(dag, { ...target, ...params });
    console.log(`${dag} took ${((performance.now() - began) / 1000).toFixed(0)} s`);
    return found;
  };

  const healthy = await timed('pipeline', { api_url: web.flaky });
  expectRun('a healthy pipeline; the API fails once', healthy, 'success', {
    ...{ mappings_are_on: 'success', lags_are_short: 'success', dead_letters_are_few: 'success' },
    ...{ windows_close: 'success', start_mappings: 'skipped', mappings_started: 'skipped' },
  });
  expectThat('the question that failed was asked again', healthy.retried.length === 1);
  expectThat('no alert', web.taken().length === 0);

  await switchOne(stack, false);
  const off = {
    ...{ mappings_are_on: 'failed', lags_are_short: 'upstream_failed', dead_letters_are_few: 'upstream_failed' },
    windows_close: 'upstream_failed',
  };
  const reported = await timed('pipeline', { repair: 'report' });
  const skipped = { start_mappings: 'skipped', mappings_started: 'skipped' };
  expectRun('a mapping is off, to be reported', reported, 'failed', { ...off, ...skipped });
  expectAlert(`task mappings_are_on failed: ${FUNCTION} ${TOPIC}: Disabled`);
  expectThat('it is still off', (await stateOf(stack)) === 'Disabled');

  const repaired = await timed('pipeline', { repair: 'start' });
  const started = { start_mappings: 'success', mappings_started: 'success' };
  expectRun('a mapping is off, to be started', repaired, 'failed', { ...off, ...started });
  expectAlert(`task mappings_are_on failed: ${FUNCTION} ${TOPIC}: Disabled`);
  expectThat('it is on again', (await stateOf(stack)) === 'Enabled');

  const bad = await timed('pipeline', { max_dead_letters: 0, max_window_age_minutes: 0 });
  expectRun('dead letters, and an old window', bad, 'failed', {
    ...{ mappings_are_on: 'success', lags_are_short: 'success', dead_letters_are_few: 'failed' },
    ...{ windows_close: 'failed', start_mappings: 'skipped', mappings_started: 'skipped' },
  });
  expectAlert('task dead_letters_are_few failed: orders-dlq has', 'task windows_close failed: the last closed window');

  const stopped = await timed('pipeline_stop', {});
  expectAll('everything is stopped', stopped);
  expectThat('a sensor was deferred', stopped.log.includes('waiting: '));
  expectThat('every mapping is off', isDeepStrictEqual(await states(stack), ['Disabled']));
  expectAll('everything is started', await timed('pipeline_start', {}));
  expectThat('every mapping is on', isDeepStrictEqual(await states(stack), ['Enabled']));

  const refused = await timed('pipeline_redrive', { max_records: 0 });
  const none = { dry_run: 'failed', redrive: 'upstream_failed', lags_are_short: 'upstream_failed' };
  expectRun('more dead letters than expected', refused, 'failed', none);
  expectAlert('records would be sent, more than max_records allows');
  const redriven = await timed('pipeline_redrive', { codes: ['SCHEMA', 'UNKNOWN_PRODUCT'] });
  expectAll('dead letters are redriven', redriven);
  expectThat('all were sent', /sent ([1-9]\d*) of \1 records/.test(redriven.log));
  run.interrupt();
  await run.exitCode(120);
}

async function switchOne(stack: StackFile, enabled: boolean): Promise<void> {
  const lambda = lambdaOfRun(stack);
  const [mapping] = chosen(await listMappings(lambda), FUNCTION, TOPIC);
  if (mapping !== undefined) await switchMapping(lambda, mapping, enabled, { signal: AbortSignal.timeout(60_000) });
}

async function stateOf(stack: StackFile): Promise<string | undefined> {
  return chosen(await listMappings(lambdaOfRun(stack)), FUNCTION, TOPIC)[0]?.state;
}

async function states(stack: StackFile): Promise<string[]> {
  return [...new Set((await listMappings(lambdaOfRun(stack))).map(({ state }) => state))];
}

function expectThat(what: string, holds: boolean, seen?: unknown): void {
  console.log(`${holds ? 'holds' : 'DOES NOT HOLD'}: ${what}`);
  if (holds) return;
  failed += 1;
  if (seen !== undefined) console.log(seen);
}

function expectRun(what: string, { state, tasks, log }: DagRun, wanted: string, states: object): void {
  const holds = state === wanted && isDeepStrictEqual({ ...tasks }, states);
  expectThat(what, holds, holds ? undefined : { state, tasks, log: log.slice(-20_000) });
}

function expectAll(what: string, found: DagRun): void {
  const states = Object.fromEntries(Object.keys(found.tasks).map((task) => [task, 'success']));
  expectRun(what, found, 'success', states);
}

function expectAlert(...wanted: string[]): void {
  const alerts = web.taken().toSorted();
  const holds = alerts.length === wanted.length && wanted.every((part, index) => alerts[index]?.includes(part));
  expectThat(`alert: ${wanted.join('; ')}`, holds, alerts);
}
