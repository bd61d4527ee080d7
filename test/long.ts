import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from '#proof/report.ts';

/**
 * Proofs that are too long or need too much of the machine for `npm test`: `npm run test:long -- NAME`. Each is either
 * a run of `npm start`, with a report that must be ok and pass the checks of its row, or a command that must exit with
 * code 0. Run nothing else on the machine at the same time.
 */
type Proof = { args: string; holds: Holds } | { command: string };
type Holds = Record<string, (report: Report) => boolean>;

const PROOFS: Record<string, Proof> = {
  fleet: { args: '--only fleet --duration 60 --vehicles 200', holds: {} },
  // From a cold start, with all stores. No record waits in a backlog, and alerts are fast, from the first second on.
  rate: {
    args: '--only fleet --duration 60 --vehicles 200 --rate 1000',
    holds: {
      ...bounds({ alertP50: 60, alertP99: 500, lag: 5_000 }),
      'searchable p95 <= 2 s': ({ latencyMs }) => (latencyMs.opensearch?.p95 ?? Number.POSITIVE_INFINITY) <= 2_000,
    },
  },
  'rate-3000': {
    args: '--only fleet --duration 60 --vehicles 1000 --rate 3000 --param search=none',
    holds: bounds({ alertP99: 1_000, lag: 15_000 }),
  },
  // Three brokers, every server and all domains at once.
  'prod-start': { args: '--stage prod --duration 60', holds: bounds({ alertP99: 1_000 }) },
  orders: {
    args: '--only orders --duration 150 --orders 50 --seed 7',
    holds: {
      'every window exact': ({ domains: { orders } }) => orders.windows.exact === orders.windows.expected,
      'no correction': ({ domains: { orders } }) => orders.windows.corrections === 0,
    },
  },
  logins: { args: '--only logins --duration 60 --logins 100', holds: {} },
  // The end-to-end script of the orders requirement: starts the pipeline, checks its results, cleans up.
  pipeline: { command: './test_pipeline.sh' },
  // Hostile events for the packaged bundles: within the function's memory and a quarter of its timeout.
  hostile: { command: 'node test/hostile/run.ts' },
  // A run of all domains in which servers are frozen and functions are killed.
  faults: { command: 'node test/faults-run.ts' },
  // The property and race tests with many runs each.
  windows: { command: 'RUNS=2000 jest --runInBand lib/windows' },
};

/** @param limits ms until an alert can be read, and records of all mappings that wait at any time of the run */
function bounds(limits: { alertP50?: number; alertP99?: number; lag?: number }): Holds {
  const { alertP50, alertP99, lag } = limits;
  const alert = ({ latencyMs }: Report) => latencyMs.alert ?? { p50: Number.NaN, p99: Number.NaN };
  return {
    ...(alertP50 && { [`alert p50 <= ${alertP50} ms`]: (report: Report) => alert(report).p50 <= alertP50 }),
    ...(alertP99 && { [`alert p99 <= ${alertP99} ms`]: (report: Report) => alert(report).p99 <= alertP99 }),
    ...(lag && { [`lag <= ${lag}`]: (report: Report) => report.lag.max <= lag }),
  };
}

const name = process.argv[2] ?? '';
const proof = PROOFS[name];
if (proof === undefined) {
  console.error(`Usage: npm run test:long -- NAME, with one of these names: ${Object.keys(PROOFS).join(', ')}`);
  process.exit(2);
}
const failed = 'command' in proof ? await exitCode('sh', ['-c', proof.command]) : await failedChecks(proof);
process.exit(failed === 0 ? 0 : 1);

async function failedChecks({ args, holds }: Extract<Proof, { args: string }>): Promise<number> {
  const scratch = mkdtempSync(join(tmpdir(), 'pipeline-long-'));
  const file = join(scratch, 'report.json');
  const code = await exitCode(process.execPath, ['cli/start.ts', ...args.split(' '), '--report', file]);
  const checks: [string, boolean][] = [['exit code 0', code === 0]];
  if (code === 0) {
    const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
    console.log(JSON.stringify({ latencyMs: report.latencyMs, lag: report.lag, throughput: report.throughput }));
    for (const [what, held] of Object.entries(holds)) checks.push([what, held(report)]);
  }
  rmSync(scratch, { recursive: true, force: true });
  for (const [what, held] of checks) console.log(`${held ? 'holds' : 'DOES NOT HOLD'}: ${what}`);
  const missed = checks.filter(([, held]) => !held).length;
  console.log(`${checks.length - missed} passed, ${missed} failed`);
  return missed;
}

function exitCode(command: string, args: readonly string[]): Promise<number | null> {
  const child = spawn(command, args, { stdio: 'inherit' });
  return new Promise((resolve) => child.once('exit', resolve));
}
