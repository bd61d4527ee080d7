import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Checkout, ownEnvironment } from './checkout.ts';

/**
 * Runs an npm script of a checkout, while its stack runs.
 * @param input for standard input, as JSON
 * @returns what it prints
 * @throws Error with its exit code as `code`
 */
export async function npmRun(checkout: Checkout, script: string, args: readonly string[], input?: object) {
  const running = promisify(execFile)('npm', ['run', '--silent', script, '--', ...args], {
    cwd: checkout.folder,
    env: ownEnvironment(),
  });
  running.child.stdin?.end(input === undefined ? '' : JSON.stringify(input));
  return (await running).stdout;
}
