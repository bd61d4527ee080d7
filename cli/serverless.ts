import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { EXIT } from './command.ts';

/** Runs the framework's command line in the current folder, on this process's own input and output; its exit code. */
export function runServerless(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<number> {
  const cli = createRequire(import.meta.url).resolve('serverless/bin/serverless.js');
  const child = spawn(process.execPath, [cli, ...args], { stdio: 'inherit', env: { ...process.env, ...environment } });
  // Ctrl-C reaches the child as well; another signal doesn't.
  signal.addEventListener('abort', () => child.kill());
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? EXIT.failed));
  });
}
