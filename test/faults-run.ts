import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '#proof/load/random.ts';
import { summary } from '#proof/summary.ts';
import { freeze } from './e2e/faults.ts';
import { type Checkout, copyCheckout, type StartedRun } from './support/checkout.ts';

/**
 * A run of all domains in which servers are frozen and functions are killed: `npm run test:long -- faults`. Its report
 * must be ok: nothing is lost, nothing is counted twice, and no correct record is reported as wrong.
 */
const SECONDS = 100;
const SEED = 99;
/** When each server is frozen, in seconds of load. During the first two, vehicles arrive and their next trips start. */
const FREEZES = [
  { at: 4, servers: ['dynamodb'], seconds: 10 },
  { at: 18, servers: ['kafka'], seconds: 8 },
  { at: 40, servers: ['s3', 'opensearch'], seconds: 10 },
];
const KILLS = [8, 16, 24, 32, 48, 60, 72];
const START_BOUND_SECONDS = 180;
/** The load, the bound of the drain, and the report. */
const BOUND_SECONDS = SECONDS + 300 + 120;

const checkout = await copyCheckout();
process.once('SIGINT', () => void checkout.remove().finally(() => process.exit(130)));
try {
  process.exitCode = (await faultyRun(checkout)) ? 0 : 1;
} finally {
  await checkout.remove();
}

async function faultyRun(own: Checkout): Promise<boolean> {
  const run = own.start(['--duration', String(SECONDS), '--seed', String(SEED)]);
  await run.says(/produced [1-9]/, START_BOUND_SECONDS);
  await Promise.all([...FREEZES.map((one) => standStill(run, one)), ...KILLS.map((at) => killOne(own, at))]);
  const code = await run.exitCode(BOUND_SECONDS);
  console.log(summary(await run.report()));
  return code === 0;
}

async function standStill(run: StartedRun, { at, servers, seconds }: (typeof FREEZES)[number]): Promise<void> {
  await sleep(at * 1000);
  const stack = await run.stack();
  console.log(`${at} s: ${servers.join(' and ')} frozen for ${seconds} s`);
  await Promise.all(servers.map((server) => freeze(stack, server, seconds * 1000)));
}

/** Kills one of the processes that run functions. */
async function killOne(own: Checkout, at: number): Promise<void> {
  await sleep(at * 1000);
  const all = await own.processes();
  const instances = all.filter(({ command }) => command.includes('entry.cjs')).toSorted((a, b) => a.pid - b.pid);
  const chosen = instances[createRandom(SEED, at).below(instances.length)];
  if (chosen === undefined) throw new Error('no process runs a function');
  process.kill(chosen.pid, 'SIGKILL');
  console.log(`${at} s: killed one of the ${instances.length} processes that run functions`);
}
