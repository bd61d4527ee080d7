import { execFile } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Installs a program of PyPI into a separate Python environment in the cache folder. Later runs need no network. An
 * environment that no longer works, because its Python was removed or replaced, is created again.
 * @returns the program's path
 * @throws Error if there is no python3, or PyPI can't be reached
 * @example const lint = await pythonTool('cfn-lint', '1.58.0');
 */
export async function pythonTool(name: string, version: string, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const cache =
    env['MSK_PIPELINE_CACHE'] ?? join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'msk-lambda-pipeline');
  const environment = join(cache, `${name}-${version}`);
  const program = join(environment, 'bin', name);
  if (await holds(environment, name, version)) return program;

  console.log(`fetching ${name} ${version} from PyPI, once`);
  await run('python3', ['--version'], { env }).catch((cause) => {
    throw new Error(`${name} checks the template and needs python3 (>= 3.10): install it`, { cause });
  });
  await rm(environment, { recursive: true, force: true });
  await mkdir(cache, { recursive: true });
  await run('python3', ['-m', 'venv', environment], { env }).catch((cause) => {
    throw new Error('python3 has no venv module; on Debian: apt-get install python3-venv', { cause });
  });
  const pip = join(environment, 'bin', 'pip');
  const install = ['install', '--quiet', '--disable-pip-version-check', `${name}==${version}`];
  await run(pip, install, { env }).catch(async (cause) => {
    await rm(environment, { recursive: true, force: true });
    const [reason] = String(cause.stderr || cause.message)
      .trim()
      .split('\n')
      .reverse();
    throw new Error(`${name} ${version} can't be installed from PyPI: ${reason}`, { cause });
  });
  return program;
}

/** Whether the environment's Python runs and has that version. This is faster than to start the program. */
async function holds(environment: string, name: string, version: string): Promise<boolean> {
  const ask = `import importlib.metadata; print(importlib.metadata.version('${name}'))`;
  return run(join(environment, 'bin', 'python'), ['-c', ask]).then(
    ({ stdout }) => stdout.trim() === version,
    () => false,
  );
}
