import { spawnSync } from 'node:child_process';

/** Whether util-linux's setpriv is installed and supports --pdeathsig. Undefined before the first check. */
let killable: boolean | undefined;

/**
 * How to start Node.js. With setpriv, the kernel kills the instance when this process ends, even after a SIGKILL. An
 * instance in an endless loop doesn't notice that its channel has closed.
 */
export function executable(flags: readonly string[]): { execPath?: string; execArgv: string[] } {
  killable ??= spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true'], { stdio: 'ignore' }).status === 0;
  if (!killable) return { execArgv: [...flags] };
  return { execPath: 'setpriv', execArgv: ['--pdeathsig', 'KILL', process.execPath, ...flags] };
}
