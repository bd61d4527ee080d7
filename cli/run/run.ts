import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { traceStarter } from '#lib/observability/tracing/trace-starter.ts';
import { openWindows } from '#lib/windows/open-windows.ts';
import { attachServers } from '#local/attach.ts';
import { type ClaimedCheckout, claimCheckout } from '#local/checkout.ts';
import { dynamodbOf } from '#local/deploy/servers.ts';
import { streamProgress } from '#local/servers/progress.ts';
import { type Stack, startServers } from '#local/stack.ts';
import type { MappingStatus, MetricsEndpoint } from '#msk';
import type { Report } from '#proof/report.ts';
import { METRICS_SINK } from './connect.ts';
import { type RunningDashboard, serveRun } from './dashboard.ts';
import { domains } from './domains.ts';
import { drain, type Undone } from './drain.ts';
import { type LiveView, liveView } from './live-view.ts';
import { serveRunMetrics } from './metrics/serve.ts';
import { proof, watchRun } from './proof.ts';
import { startRebuildingRunner } from './rebuilding-runner.ts';
import { requireEmptyTopics } from './require-empty-topics.ts';
import { type Runner, startRunner } from './runner.ts';
import type { Running, RunOptions } from './running.ts';
import { createScreen } from './screen.ts';

/** ms that a drain may take after the end of the load */
const DRAIN_MS = 300_000;

/** ms that a drain may take after Ctrl-C */
const DRAIN_AFTER_CTRL_C_MS = 10_000;

/** one generated record in this many starts a trace */
const TRACED = 100;

const STOPPED = 'stopped: nothing is left running';

/** part of every physical name, like the name of a CloudFormation stack */
const STACK_NAME = 'msk-pipeline';

const WHAT_NEXT = `
Try, in another terminal:
  npm run tail -- alerts-topic
  npm run tail -- product-metrics
  echo '{"vehicleId":"V123","location":"12.97,77.59","speed":85,"fuelLevel":50,"timestamp":"2025-01-15T10:00:00Z"}' |
    npm run produce -- raw-data-topic
  npm run follow -- raw-data-topic-0-0
`;

const WITH_DATABASE = `  npm run sql -- "select alert, count(*) from alerts group by alert"
`;

const EDIT_LOOP = `
Save a file in functions/ or lib/, and the functions are rebuilt.
`;

/**
 * One run: starts the servers, packages the template and deploys it to them, waits until all mappings poll, generates
 * load, drains, compares. At the end, or after a failure, it always stops the runner and the servers.
 * @returns the report, if one is wanted and the run wasn't interrupted
 */
export async function run(options: RunOptions): Promise<Report | undefined> {
  const started = performance.now();
  const view = liveView(createScreen(), () => (performance.now() - started) / 1000, options.only);
  const { signal } = options;
  let begun: Begun;
  let dashboard: RunningDashboard | undefined;
  try {
    begun = await begin(options, view, (mappings) => {
      view.status(mappings);
      dashboard?.status(mappings);
    });
  } catch (error) {
    if (!signal.aborted) throw error;
    view.say(STOPPED);
    return undefined;
  }
  const { stack, runner, checkout, log } = begun;
  let metrics: MetricsEndpoint | undefined;
  try {
    const died = stack.died.then((error) => Promise.reject<never>(error));
    const running = await Promise.race([runner.failed, died, aborted(signal), start()]);
    return running && (await Promise.race([runner.failed, died, underLoad(options, running)]));
  } finally {
    view.close();
    await metrics?.close();
    await runner.stop();
    // Not before the runner: where a server has ended, open pages show which one.
    await dashboard?.stop();
    await stack.stop();
    view.say(STOPPED);
  }

  async function start(): Promise<Running> {
    view.say('deploying the packaged template to these servers');
    const { endpoints } = stack;
    const seen = (await options.chaos?.proxies.before(stack.servers, endpoints)) ?? endpoints;
    const deployed = await runner.deploy(seen, STACK_NAME);
    await stack.recordDeployed(deployed);
    if (!signal.aborted) dashboard = await serveRun(options, checkout, stack, deployed);
    await runner.polling;
    if (options.attach !== undefined && options.wantReport) {
      await requireEmptyTopics(stack.endpoints.kafka, [...new Set(view.mappings().map(({ topic }) => topic))]);
    }
    const windowsTable = windowsTableOf(deployed);
    metrics = await serveRunMetrics({ port: options.metricsPort, stack, view, log, windowsTable });
    await stack.recordMetrics(metrics.url);
    const startSeconds = (performance.now() - started) / 1000;
    if (!signal.aborted) {
      view.say(`all mappings poll after ${startSeconds.toFixed(1)} s; the functions' log: ${log}`);
      // The load doesn't wait for it.
      void sayAddresses(metrics.url);
      void dashboard?.died.then((how) => view.say(`dashboard: ${how}; the run goes on without it`));
    }
    return { stack, runner, deployed, view, seen, startSeconds };
  }

  async function sayAddresses(metricsUrl: string): Promise<void> {
    const { api } = stack.endpoints;
    if (dashboard !== undefined) view.say(`dashboard: ${await dashboard.address}`);
    view.say(`the API answers on ${api}, for example ${api}/vehicles?limit=2`);
    view.say(`metrics for Prometheus: ${metricsUrl}`);
  }
}

interface Begun {
  checkout: ClaimedCheckout;
  stack: Stack;
  runner: Runner;
  /** the functions' log */
  log: string;
}

/**
 * Starts the servers, and packages the service meanwhile.
 * @throws Error the first failure, or the signal's reason; by then everything is stopped
 */
async function begin(options: RunOptions, view: LiveView, onStatus: LiveView['status']): Promise<Begun> {
  const { stage, params, minimal, usageFile, signal } = options;
  const checkout = await claimCheckout({ stage, signal });
  try {
    const log = join(checkout.logs, 'functions.log');
    // Like a server's log, it has this run only.
    rmSync(log, { force: true });
    await checkout.recorder.record({ log, otlp: options.otlp });
    const runnerOptions = { stage, params, log, temporary: checkout.temporary, usageFile, onStatus };
    const runner = minimal ? startRebuildingRunner(runnerOptions, view.say) : startRunner(runnerOptions);
    // Nobody needs the servers of a service that can't be packaged.
    const notPackaged = new AbortController();
    runner.packaged.catch((error: Error) => notPackaged.abort(error));
    try {
      const servers = {
        ...options,
        proxyPorts: options.chaos?.proxies.kafkaPorts,
        signal: AbortSignal.any([signal, notPackaged.signal]),
        progress: streamProgress(process.stdout),
      };
      const { attach } = options;
      const stack = attach === undefined ? startServers(servers, checkout) : attachServers(attach, servers, checkout);
      return { checkout, stack: await stack, runner, log };
    } catch (error) {
      await runner.stop();
      throw error;
    }
  } catch (error) {
    await checkout.undo.run();
    throw error;
  }
}

async function underLoad(options: RunOptions, running: Running): Promise<Report | undefined> {
  const { only, load, durationSeconds, wantReport, minimal, signal } = options;
  const { stack, deployed, view } = running;
  const watch = wantReport ? await watchRun(stack.endpoints, deployed.references) : undefined;
  view.open();
  const { endpoints } = stack;
  const traces = options.otlp === undefined ? undefined : startedTraces(options.otlp, view.say);
  const target = { endpoints, references: deployed.references, mappings: () => view.mappings(), traces };
  for (const name of startOrder(only)) view.add(name, await domains[name].start(load, target));
  if (durationSeconds === undefined) view.say(WHAT_NEXT + (minimal ? EDIT_LOOP : WITH_DATABASE));
  const loadStarted = performance.now();
  const striking = options.chaos?.strike(running, signal);
  await Promise.race([view.generatorsFailed, striking?.failed, elapsed(durationSeconds, signal)].filter(isPresent));
  const seconds = (performance.now() - loadStarted) / 1000;
  const generators = await view.stopGenerators();
  const hasWindows = only.includes('orders') && !signal.aborted;
  view.say(`the load has ended: draining${hasWindows ? '; the last windows close within two minutes' : ''}`);
  const { lag, openWindows } = await drained(options, running);
  const chaos = await striking?.end();
  if (signal.aborted && lag > 0) {
    const then = options.keep === undefined ? 'they end with the servers' : 'the next start with --keep reads them';
    view.say(`the functions have not read ${lag} records: ${then}`);
  }
  const samples = await watch?.stop();
  if (!wantReport || samples === undefined) return undefined;
  const facts = { generators, seconds, samples, openWindows, lag: { max: view.maxLag(), end: lag }, chaos };
  return signal.aborted ? undefined : proof(options, running, facts);
}

/** Traces of a share of the generated records: the functions continue them. */
function startedTraces(endpoint: string, say: LiveView['say']) {
  const onFailure = (reason: string) => say(`the traces of the generators can't be sent to ${endpoint}: ${reason}`);
  return traceStarter({ endpoint, service: 'generators', oneIn: TRACED, onFailure });
}

/** The fleet starts last: its trips and first readings take seconds, in which the other domains get warm too. */
function startOrder(only: RunOptions['only']): RunOptions['only'] {
  return only.toSorted((a, b) => Number(a === 'fleet') - Number(b === 'fleet'));
}

/** After Ctrl-C it doesn't wait for open windows: with --keep, the next start continues with them. */
async function drained({ connect, signal }: RunOptions, { stack, deployed, view }: Running): Promise<Undone> {
  const { endpoints } = stack;
  const dynamodb = dynamodbOf(endpoints);
  const table = windowsTableOf(deployed);
  const open = signal.aborted ? async () => 0 : () => openWindows(dynamodb, table);
  const [off, on] = switchedOff(view.mappings());
  for (const { function: name, topic } of off)
    view.say(`${name} is switched off for ${topic}: what it hasn't read is not waited for`);
  const consumptions = [...on, ...(connect ? [METRICS_SINK] : [])];
  try {
    return await drain({ kafka: endpoints.kafka, consumptions, openWindows: open, ...patience(signal) });
  } finally {
    dynamodb.destroy();
  }
}

const windowsTableOf = ({ references }: Running['deployed']) => String(references['WindowsTable']?.['Ref']);

/** The bound of a drain. A drain after Ctrl-C is short; any other ends at Ctrl-C. */
function patience(signal: AbortSignal): { boundMs: number; signal: AbortSignal } {
  return signal.aborted
    ? { boundMs: DRAIN_AFTER_CTRL_C_MS, signal: new AbortController().signal }
    : { boundMs: DRAIN_MS, signal };
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

const isPresent = <T>(value: T | undefined): value is T => value !== undefined;

/** Resolves after the seconds, or at the signal; without seconds only at the signal. */
function elapsed(seconds: number | undefined, signal: AbortSignal): Promise<unknown> {
  if (seconds === undefined) return aborted(signal);
  return Promise.race([aborted(signal), sleep(seconds * 1000, undefined, { signal }).catch(() => undefined)]);
}

/** @returns the mappings that read nothing more, and the others */
function switchedOff(mappings: readonly MappingStatus[]): [MappingStatus[], MappingStatus[]] {
  const isOff = ({ state }: MappingStatus) => state === 'Disabled' || state === 'Disabling';
  return [mappings.filter(isOff), mappings.filter((own) => !isOff(own))];
}
