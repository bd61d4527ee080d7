import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from '../local/report/report.ts';

/**
 * Proofs that take too long, or too much of the machine, for `npm test`: `npm run test:long -- NAME`. Each is a run of
 * `npm start` whose report must be ok, and must hold what the row says. Nothing else should run on the machine.
 */
interface Proof {
  args: string;
  /** what of the report must hold beside `ok`, by its name */
  holds: Record<string, (report: Report) => boolean>;
}

const PROOFS: Record<string, Proof> = {
  fleet: { args: '--only fleet --duration 60 --vehicles 200', holds: {} },
  rate: {
    args: '--only fleet --duration 60 --vehicles 200 --rate 1000',
    holds: {
      'alert p50 <= 100 ms': ({ latencyMs }) => (latencyMs.alert?.p50 ?? Number.POSITIVE_INFINITY) <= 100,
      'alert p99 <= 500 ms': ({ latencyMs }) => (latencyMs.alert?.p99 ?? Number.POSITIVE_INFINITY) <= 500,
    },
  },
};

const name = process.argv[2] ?? '';
const proof = PROOFS[name];
if (proof === undefined) {
  console.error(`Usage: npm run test:long -- ${Object.keys(PROOFS).join('|')}`);
  process.exit(2);
}
const scratch = mkdtempSync(join(tmpdir(), 'pipeline-long-'));
const file = join(scratch, 'report.json');
const child = spawn(process.execPath, ['local/start.ts', ...proof.args.split(' '), '--report', file], {
  stdio: 'inherit',
});
const code = await new Promise((resolve) => child.once('exit', resolve));
const checks: [string, boolean][] = [['exit code 0', code === 0]];
if (code === 0) {
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  console.log(JSON.stringify({ latencyMs: report.latencyMs, lag: report.lag, throughput: report.throughput }));
  for (const [what, holds] of Object.entries(proof.holds)) checks.push([what, holds(report)]);
}
rmSync(scratch, { recursive: true, force: true });
for (const [what, held] of checks) console.log(`${held ? 'holds' : 'DOES NOT HOLD'}: ${what}`);
const failed = checks.filter(([, held]) => !held).length;
console.log(`${checks.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
