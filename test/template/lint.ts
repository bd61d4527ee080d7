/**
 * Lints the compiled template of every stage with cfn-lint. Exit code 0: no finding; 1: findings, printed as cfn-lint
 * prints them; 2: cfn-lint couldn't be run, with one line that says why.
 */
import { execFile } from 'node:child_process';
import { access, mkdir, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stages, templateFile } from './compiled.ts';

/** Its schemas are CloudFormation's of 2026-10-20: a newer one may find something new, and is taken on purpose. */
const version = '1.58.0';
const run = promisify(execFile);

/**
 * cfn-lint, in a Python environment of its own within the cache folder. Made once; later runs need no network.
 * @throws Error where there is no python3, or PyPI can't be reached
 */
async function cfnLint(): Promise<string> {
  const cache =
    process.env['MSK_PIPELINE_CACHE'] ??
    join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'msk-lambda-pipeline');
  const environment = join(cache, `cfn-lint-${version}`);
  const program = join(environment, 'bin', 'cfn-lint');
  if (await exists(program)) return program;

  console.log(`fetching cfn-lint ${version} from PyPI, once`);
  await run('python3', ['--version']).catch((cause) => {
    throw new Error('the template is linted by cfn-lint, which needs python3 (>= 3.10): install it', { cause });
  });
  await rm(environment, { recursive: true, force: true });
  await mkdir(cache, { recursive: true });
  await run('python3', ['-m', 'venv', environment]).catch((cause) => {
    throw new Error('python3 has no venv module; on Debian: apt-get install python3-venv', { cause });
  });
  const pip = join(environment, 'bin', 'pip');
  await run(pip, ['install', '--quiet', '--disable-pip-version-check', `cfn-lint==${version}`]).catch(async (cause) => {
    await rm(environment, { recursive: true, force: true });
    const [reason] = String(cause.stderr || cause.message)
      .trim()
      .split('\n')
      .reverse();
    throw new Error(`cfn-lint ${version} can't be installed from PyPI: ${reason}`, { cause });
  });
  return program;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

let program: string;
try {
  program = await cfnLint();
} catch (error) {
  console.error(`template lint not run: ${(error as Error).message}`);
  process.exit(2);
}
const files: string[] = [];
for (const stage of stages) files.push(await templateFile(stage));
const findings = await run(program, ['--regions', 'us-east-1', '--', ...files]).then(
  () => '',
  ({ stdout, stderr }) => `${stdout}${stderr}`,
);
console.log(findings || `cfn-lint ${version} has no finding on the templates of ${stages.join(', ')}`);
if (findings) process.exitCode = 1;
