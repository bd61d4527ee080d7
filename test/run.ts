import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/**
 * All checks of the project, one after the other: `npm test`. Goes on after a failure, so that one run tells all, and
 * ends with the line "N passed, N failed". A check that ran no test counts as failed.
 */
interface Check {
  command: string;
  /** true: a jest run, whose tests are counted one by one; else the command is one test */
  jest?: boolean;
  env?: Record<string, string>;
}

/** ms that one check may take: twice what the longest takes on 2 cores */
const BOUND_MS = 25 * 60_000;

const CHECKS: Record<string, Check> = {
  types: { command: 'tsc' },
  lint: { command: 'biome check .' },
  promises: { command: 'oxlint --type-aware --deny-warnings' },
  template: { command: 'node test/template/check.ts' },
  unit: { command: 'jest --maxWorkers=2 --workerIdleMemoryLimit=1GB', jest: true },
  servers: {
    command: 'jest --maxWorkers=2 --workerIdleMemoryLimit=1GB test/integration plugins',
    jest: true,
    env: { SERVERS: '1' },
  },
  // One after the other: each has all servers, and looks at what is left running.
  e2e: { command: 'jest --runInBand test/e2e', jest: true, env: { SERVERS: '1' } },
};

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const names = values.only?.split(',') ?? Object.keys(CHECKS);
/** Where all temporary files go: serverless-esbuild leaves a folder for each function that it packages. */
const scratch = mkdtempSync(join(tmpdir(), 'pipeline-test-'));
// PostgreSQL runs as another user, and goes through it.
chmodSync(scratch, 0o711);
let passed = 0;
let failed = 0;

for (const name of names) {
  const check = CHECKS[name];
  if (check === undefined) throw new Error(`--only takes ${Object.keys(CHECKS).join(', ')}, not "${name}"`);
  console.log(`\n== ${name}: ${check.command}`);
  const started = performance.now();
  const result = await run(name, check);
  passed += result.passed;
  failed += result.failed;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`== ${name}: ${result.passed} passed, ${result.failed} failed in ${seconds} s`);
}
rmSync(scratch, { recursive: true, force: true });
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);

async function run(name: string, { command, jest, env }: Check): Promise<{ passed: number; failed: number }> {
  const results = join(scratch, `${name}.json`);
  const full = jest ? `${command} --json --outputFile=${results}` : command;
  const code = await new Promise<number>((resolve) => {
    // The JSON on a jest run's standard output is the file's; its reporters write to standard error.
    const stdio = ['ignore', jest ? 'ignore' : 'inherit', 'inherit'] as const;
    const child = spawn(full, {
      shell: true,
      detached: true,
      stdio: [...stdio],
      env: { ...process.env, TMPDIR: scratch, ...env },
    });
    const end = () => process.kill(-(child.pid as number), 'SIGKILL');
    process.once('SIGINT', () => {
      end();
      process.exit(130);
    });
    const timer = setTimeout(() => {
      console.error(`== ${name}: not done after ${BOUND_MS / 60_000} min, or something is left open: ended`);
      end();
    }, BOUND_MS);
    child.once('exit', (exit) => {
      clearTimeout(timer);
      resolve(exit ?? 1);
    });
  });
  if (jest && !existsSync(results)) return { passed: 0, failed: 1 };
  if (!jest) return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  const counts = JSON.parse(readFileSync(results, 'utf8')) as Record<string, number>;
  const bad =
    (counts['numFailedTests'] ?? 0) + (counts['numRuntimeErrorTestSuites'] ?? 0) + (counts['numPendingTests'] ?? 0);
  const good = counts['numPassedTests'] ?? 0;
  return { passed: good, failed: bad === 0 && (code !== 0 || good === 0) ? 1 : bad };
}
