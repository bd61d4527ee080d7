import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { EXIT } from './command.ts';

/**
 * By default the framework waits two minutes, and then invokes a function again, although the first invocation may still
 * run. These variables make it wait longer than Lambda's maximum of 15 minutes, and never retry.
 */
export const ONCE = { AWS_CLIENT_TIMEOUT: String(16 * 60_000), SLS_AWS_REQUEST_MAX_RETRIES: '0' };

/** Runs the Serverless Framework in the current folder, with this process's input and output. @returns its exit code */
export function runServerless(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<number> {
  const cli = createRequire(import.meta.url).resolve('serverless/bin/serverless.js');
  const child = spawn(process.execPath, [cli, ...args], { stdio: 'inherit', env: { ...process.env, ...environment } });
  // The terminal sends Ctrl-C to the child too, but nobody else passes on SIGTERM.
  signal.addEventListener('abort', () => child.kill());
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? EXIT.failed));
  });
}
