import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '#local/servers/cache.ts';
import { ROOT } from '#local/stack-file.ts';

const run = promisify(execFile);

const REQUIREMENTS = join(ROOT, 'airflow', 'requirements.txt');
const CONSTRAINTS = join(ROOT, 'airflow', 'constraints.txt');

/**
 * Makes a Python environment with Airflow in the cache folder, unless it is there. It has its own name for each set of
 * versions and each Python.
 * @returns the folder of its programs
 * @throws Error where there is no Python that Airflow runs on, or PyPI can't be reached
 */
export async function airflowEnvironment(): Promise<string> {
  const { stdout: python } = await run('python3', ['--version']).catch((cause) => {
    throw new Error('Airflow needs python3 (3.11 or later): install it', { cause });
  });
  const versions = [python, readFileSync(REQUIREMENTS, 'utf8'), readFileSync(CONSTRAINTS, 'utf8')].join('\n');
  const folder = join(cacheFolder(), `airflow-${createHash('sha256').update(versions).digest('hex').slice(0, 12)}`);
  const programs = join(folder, 'bin');
  const complete = join(folder, 'complete');
  const works = () =>
    run(join(programs, 'python'), ['--version']).then(
      () => true,
      () => false,
    );
  if (existsSync(complete) && (await works())) return programs;

  const began = performance.now();
  console.log(`making a Python environment with Airflow in ${folder}, once`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(cacheFolder(), { recursive: true });
  await shown('python3', ['-m', 'venv', folder]);
  const pip = ['install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS, '-c', CONSTRAINTS];
  await shown(join(programs, 'pip'), pip);
  await writeFile(complete, '');
  console.log(`it took ${((performance.now() - began) / 1000).toFixed(0)} s`);
  return programs;
}

/** Runs a program with its output on the screen. @throws Error where its exit code isn't 0 */
export function shown(program: string, args: readonly string[], cwd = ROOT): Promise<void> {
  const child = spawn(program, args, { cwd, stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${program} ${args.join(' ')}: exit code ${code}`)),
    );
  });
}
