import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endProcessesOf } from './support/processes.ts';

export interface Check {
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

/**
 * Runs checks one after the other. After a failure it continues with the next check. It ends with the line "N passed,
 * N failed". A check without any test counts as failed.
 *
 * @returns how many tests passed and failed; the exit code if a signal ended the run
 */
export async function runChecks(checks: readonly (Check & { name: string })[]) {
  /** Folder for all temporary files. Processes of the checks have its name in their environment or command line. */
  const scratch = mkdtempSync(join(tmpdir(), 'pipeline-test-'));
  // PostgreSQL may run as another user, who must be able to enter this folder.
  chmodSync(scratch, 0o711);
  const began = performance.now();
  let exitCode: number | undefined;
  for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }))
    process.once(signal, () => {
      exitCode = code;
      void endProcessesOf(scratch);
    });
  let passed = 0;
  let failed = 0;
  const early = new Map(checks.filter((check) => check.early).map((check) => [check.name, begin(check, scratch)]));
  for (const check of checks) {
    if (exitCode !== undefined) break;
    const { name, command } = check;
    console.log(`\n== ${name}: ${command}`);
    const result = await (early.get(name) ?? begin(check, scratch));
    if (check.early) process.stderr.write(readFileSync(outputOf(name, scratch)));
    passed += result.passed;
    failed += result.failed;
    console.log(`== ${name}: ${result.passed} passed, ${result.failed} failed in ${result.seconds.toFixed(1)} s`);
  }
  await endProcessesOf(scratch);
  rmSync(scratch, { recursive: true, force: true });
  const minutes = (performance.now() - began) / 60_000;
  console.log(`\n${checks.map(({ name }) => name).join(', ')}: ${minutes.toFixed(1)} min`);
  console.log(`${passed} passed, ${failed} failed`);
  return { passed, failed, exitCode };
}

function begin({ name, command, jest, env, early }: Check & { name: string }, scratch: string): Promise<Result> {
  const results = join(scratch, `${name}.json`);
  const output = early ? openSync(outputOf(name, scratch), 'w') : 'inherit';
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

function outputOf(name: string, scratch: string): string {
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
