import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { endProcessesOf } from './support/processes.ts';

/**
 * Runs the project's checks in two suites: `npm test` has the most important ones, `npm run test:full` (--full) has all
 * others. After a failure it continues with the next check. It ends with the line "N passed, N failed". A check without
 * any test counts as failed.
 */
interface Check {
  command: string;
  /** true: a jest run, and each of its tests is counted; else the command counts as one test */
  jest?: boolean;
  env?: Record<string, string>;
  /** true: starts with the first check, because it mostly waits; its output goes to a file and is printed later */
  early?: boolean;
}

interface Result {
  passed: number;
  failed: number;
  seconds: number;
}

/** ms that one check may take: twice the time of the longest one on 2 cores */
const BOUND_MS = 25 * 60_000;

const SERVERS = { jest: true, env: { SERVERS: '1' } };
/** Tests against a real server of each store, and against Kafka. */
const STORES = ['producer', 'sinks-s3', 'sinks-rds', 'sinks-dynamodb', 'sinks-opensearch'].map(
  (name) => `test/integration/${name}.servers`,
);
/** Runs of `npm start` with a report: all domains with the template of `local`; faults with that of `prod`. */
const WHOLE_RUNS = ['e2e/pipeline', 'e2e/prod'];
/** Runs of `npm start` that may take longer on a busy machine; the others check how soon something ends. */
const PATIENT = ['e2e/bad-input', 'e2e/edit-loop', 'e2e/dev', 'e2e/invoke', 'e2e/new-domain'];

const MAIN: Record<string, Check> = {
  types: { command: 'tsc' },
  lint: { command: 'biome check .' },
  promises: { command: 'oxlint --type-aware --deny-warnings' },
  template: { command: 'node test/template/check/check.ts --stages' },
  unit: { command: 'jest --maxWorkers=2 --workerIdleMemoryLimit=1GB', jest: true },
  stores: { command: `jest --maxWorkers=2 ${STORES.join(' ')}`, ...SERVERS },
  runs: { command: `jest --runInBand ${WHOLE_RUNS.join(' ')}`, ...SERVERS, early: true },
};

const OTHERS: Record<string, Check> = {
  variants: { command: 'node test/template/check/check.ts --variants' },
  // More workers than a small machine has cores, because most of the time is waiting for servers to start.
  servers: {
    command: `jest --maxWorkers=3 --workerIdleMemoryLimit=1GB test/integration plugins --testPathIgnorePatterns ${STORES.join(' ')}`,
    ...SERVERS,
  },
  patient: { command: `jest --runInBand ${PATIENT.join(' ')}`, ...SERVERS, early: true },
  // One after the other: each needs all servers, and checks what is left running.
  alone: {
    command: `jest test/e2e --runInBand --testPathIgnorePatterns ${[...WHOLE_RUNS, ...PATIENT].join(' ')}`,
    ...SERVERS,
  },
};

const { values } = parseArgs({
  options: { only: { type: 'string' }, full: { type: 'boolean', default: false } },
});
const suite = values.only !== undefined ? { ...MAIN, ...OTHERS } : values.full ? OTHERS : MAIN;
const names = values.only?.split(',') ?? Object.keys(suite);
/** Folder for all temporary files. Processes of the checks have its name in their environment or command line. */
const scratch = mkdtempSync(join(tmpdir(), 'pipeline-test-'));
// PostgreSQL may run as another user, who must be able to enter this folder.
chmodSync(scratch, 0o711);
const checks = names.map((name) => {
  const check = suite[name];
  if (check === undefined) throw new Error(`--only takes ${Object.keys(suite).join(', ')}, not "${name}"`);
  return { name, check };
});
const began = performance.now();
/** The exit code if a signal ends the run. */
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
    // jest prints the JSON of the file to standard output too; its reporters write to standard error.
    stdio: ['ignore', jest ? 'ignore' : output, output],
    env: { ...process.env, TMPDIR: scratch, ...env },
  });
  const timer = setTimeout(() => {
    console.error(`== ${name}: killed, because it did not end within ${BOUND_MS / 60_000} min`);
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

/** Ends all processes of the checks, and removes the temporary files. */
async function end(): Promise<void> {
  await endProcessesOf(scratch);
  rmSync(scratch, { recursive: true, force: true });
}

function outputOf(name: string): string {
  return join(scratch, `${name}.log`);
}

/** Reads jest's JSON. A skipped test, a test file that can't be loaded and a run without tests count as failed. */
function jestCounts(file: string, code: number | null): { passed: number; failed: number } {
  if (!existsSync(file)) return { passed: 0, failed: 1 };
  const counts = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
  const bad =
    (counts['numFailedTests'] ?? 0) + (counts['numRuntimeErrorTestSuites'] ?? 0) + (counts['numPendingTests'] ?? 0);
  const good = counts['numPassedTests'] ?? 0;
  return { passed: good, failed: bad === 0 && (code !== 0 || good === 0) ? 1 : bad };
}
