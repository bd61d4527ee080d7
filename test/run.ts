import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { endProcessesOf } from './support/processes.ts';

/**
 * The project's checks, in two suites: `npm test` is the heart of everything, `npm run test:full` (--full) all the rest.
 * Goes on after a failure, so that one run tells all, and ends with the line "N passed, N failed". A check that ran no
 * test counts as failed.
 */
interface Check {
  command: string;
  /** true: a jest run, whose tests are counted one by one; else the command is one test */
  jest?: boolean;
  env?: Record<string, string>;
  /** true: begins with the first check, since it mostly waits, and is shown at its turn: what it prints goes to a file */
  early?: boolean;
}

interface Result {
  passed: number;
  failed: number;
  seconds: number;
}

/** ms that one check may take: twice what the longest takes on 2 cores */
const BOUND_MS = 25 * 60_000;

const SERVERS = { jest: true, env: { SERVERS: '1' } };
/** A real server of each store, and Kafka. */
const STORES = ['producer', 'sinks-s3', 'sinks-rds', 'sinks-dynamodb', 'sinks-opensearch'].map(
  (name) => `test/integration/${name}.servers`,
);
/** Whole runs with a report: everything on the template of `local`; three brokers and what fails on that of `prod`. */
const WHOLE_RUNS = ['e2e/pipeline', 'e2e/prod'];
/** Whole runs that don't mind a busy machine; the others look at how soon something ends. */
const PATIENT = ['e2e/bad-input', 'e2e/edit-loop', 'e2e/dev', 'e2e/invoke'];

const HEART: Record<string, Check> = {
  types: { command: 'tsc' },
  lint: { command: 'biome check .' },
  promises: { command: 'oxlint --type-aware --deny-warnings' },
  template: { command: 'node test/template/check/check.ts --stages' },
  unit: { command: 'jest --maxWorkers=2 --workerIdleMemoryLimit=1GB', jest: true },
  stores: { command: `jest --maxWorkers=2 ${STORES.join(' ')}`, ...SERVERS },
  runs: { command: `jest --runInBand ${WHOLE_RUNS.join(' ')}`, ...SERVERS, early: true },
};

const REST: Record<string, Check> = {
  variants: { command: 'node test/template/check/check.ts --variants' },
  // More workers than cores of a small machine: much of it is servers that start, and waiting for them.
  servers: {
    command: `jest --maxWorkers=3 --workerIdleMemoryLimit=1GB test/integration plugins --testPathIgnorePatterns ${STORES.join(' ')}`,
    ...SERVERS,
  },
  patient: { command: `jest --runInBand ${PATIENT.join(' ')}`, ...SERVERS, early: true },
  // One after the other: each has all servers, and looks at what is left running.
  alone: {
    command: `jest test/e2e --runInBand --testPathIgnorePatterns ${[...WHOLE_RUNS, ...PATIENT].join(' ')}`,
    ...SERVERS,
  },
};

const { values } = parseArgs({
  options: { only: { type: 'string' }, full: { type: 'boolean', default: false } },
});
const suite = values.only !== undefined ? { ...HEART, ...REST } : values.full ? REST : HEART;
const names = values.only?.split(',') ?? Object.keys(suite);
/** Where all temporary files go; what a check has started names it in its environment or command line. */
const scratch = mkdtempSync(join(tmpdir(), 'pipeline-test-'));
// PostgreSQL runs as another user, and goes through it.
chmodSync(scratch, 0o711);
const checks = names.map((name) => {
  const check = suite[name];
  if (check === undefined) throw new Error(`--only takes ${Object.keys(suite).join(', ')}, not "${name}"`);
  return { name, check };
});
const began = performance.now();
/** Of a run that a signal ends. */
let exitCode: number | undefined;
for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }))
  process.once(signal, () => {
    exitCode = code;
    void endProcessesOf(scratch);
  });
let passed = 0;
let failed = 0;

const early = new Map(checks.filter(({ check }) => check.early).map(({ name, check }) => [name, begin(name, check)]));
for (const { name, check } of checks) {
  if (exitCode !== undefined) break;
  console.log(`\n== ${name}: ${check.command}`);
  const result = await (early.get(name) ?? begin(name, check));
  if (check.early) process.stderr.write(readFileSync(outputOf(name)));
  passed += result.passed;
  failed += result.failed;
  console.log(`== ${name}: ${result.passed} passed, ${result.failed} failed in ${result.seconds.toFixed(1)} s`);
}
await end();
console.log(`\n${names.join(', ')}: ${((performance.now() - began) / 60_000).toFixed(1)} min`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(exitCode ?? (failed === 0 && passed > 0 ? 0 : 1));

function begin(name: string, { command, jest, env, early }: Check): Promise<Result> {
  const results = join(scratch, `${name}.json`);
  const output = early ? openSync(outputOf(name), 'w') : 'inherit';
  const started = performance.now();
  const child = spawn(jest ? `${command} --json --outputFile=${results}` : command, {
    shell: true,
    detached: true,
    // The JSON on a jest run's standard output is the file's; its reporters write to standard error.
    stdio: ['ignore', jest ? 'ignore' : output, output],
    env: { ...process.env, TMPDIR: scratch, ...env },
  });
  const timer = setTimeout(() => {
    console.error(`== ${name}: not done after ${BOUND_MS / 60_000} min, or something is left open: ended`);
    process.kill(-(child.pid as number), 'SIGKILL');
  }, BOUND_MS);
  return new Promise((resolve) => {
    child.once('exit', (code) => {
      clearTimeout(timer);
      const counts = jest ? jestCounts(results, code) : { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 };
      resolve({ ...counts, seconds: (performance.now() - started) / 1000 });
    });
  });
}

/** Leaves nothing running, and no temporary file. */
async function end(): Promise<void> {
  await endProcessesOf(scratch);
  rmSync(scratch, { recursive: true, force: true });
}

function outputOf(name: string): string {
  return join(scratch, `${name}.log`);
}

/** Of jest's own file: a test that is skipped, a file that can't be read and a run without tests are failures. */
function jestCounts(file: string, code: number | null): { passed: number; failed: number } {
  if (!existsSync(file)) return { passed: 0, failed: 1 };
  const counts = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
  const bad =
    (counts['numFailedTests'] ?? 0) + (counts['numRuntimeErrorTestSuites'] ?? 0) + (counts['numPendingTests'] ?? 0);
  const good = counts['numPassedTests'] ?? 0;
  return { passed: good, failed: bad === 0 && (code !== 0 || good === 0) ? 1 : bad };
}
