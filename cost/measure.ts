/**
 * `node cost/measure.ts` runs the pipeline under a low and two high loads, proves each run, and writes what the
 * functions used to cost/measured.json. It takes about 8 minutes, and needs two cores for itself: more load than these
 * loads makes larger batches, so that fewer writes of each vehicle would be counted.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';

import { run } from '#cli/run/run.ts';
import type { Invocation } from '#cli/usage/metered.ts';
import type { DomainName } from '#proof/domains.ts';
import { usageOf } from './usage.ts';

/** Records per second of each domain. A low load makes small batches, a high one large batches. */
const LOADS: readonly { only: readonly DomainName[]; rate: number }[] = [
  { only: ['fleet', 'orders', 'logins', 'demo'], rate: 10 },
  { only: ['fleet'], rate: 300 },
  { only: ['orders', 'logins', 'demo'], rate: 100 },
];
const SECONDS = 40;

async function measured(usageFile: string, signal: AbortSignal): Promise<void> {
  for (const { only, rate } of LOADS) {
    const report = await run({
      stage: 'local',
      params: [],
      brokers: 1,
      minimal: false,
      keep: undefined,
      attach: undefined,
      ports: {},
      dashboard: 'off',
      durationSeconds: SECONDS,
      only,
      connect: only.includes('orders'),
      search: only.includes('fleet'),
      schemaRegistry: only.includes('logins'),
      // A vehicle sends a reading every five seconds, so a batch hardly has two readings of one vehicle, which would
      // need only one write. No bad records: a few of them have a megabyte.
      load: { seed: 1, bad: 0, vehicles: 5 * rate, rate, demoRate: rate, ordersRate: rate, loginsRate: rate },
      wantReport: true,
      usageFile,
      signal,
    });
    if (!report?.ok) throw new Error(`the run of ${only.join(', ')} proves nothing: ${report?.problems.join('; ')}`);
  }
}

const folder = mkdtempSync(join(tmpdir(), 'cost-'));
try {
  const usageFile = join(folder, 'usage.ndjson');
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort());
  await measured(usageFile, stop.signal);
  const lines = readFileSync(usageFile, 'utf8').trim().split('\n');
  const invocations = lines.map((line) => JSON.parse(line) as Invocation);
  const machine = `${availableParallelism()} x ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`;
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const result = { date: new Date().toISOString().slice(0, 10), commit, machine, mappings: usageOf(invocations) };
  writeFileSync(join(import.meta.dirname, 'measured.json'), `${JSON.stringify(result, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
