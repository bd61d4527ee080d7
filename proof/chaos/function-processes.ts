import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** A process that runs a function. */
export interface FunctionProcess {
  pid: number;
  /** CPU time that it has used, in seconds */
  seconds: number;
}

/** The children of the runner that run functions (plugins/msk/runtime/entry.cjs), in order of their ids: ps(1). */
export async function functionProcesses(runner: number): Promise<FunctionProcess[]> {
  const { stdout } = await promisify(execFile)('ps', ['-e', '-ww', '-o', 'pid=,ppid=,time=,args=']);
  const lines = stdout.split('\n').flatMap((line) => {
    const [, pid, parent, time = '', args = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return Number(parent) === runner && args.includes('entry.cjs')
      ? [{ pid: Number(pid), seconds: inSeconds(time) }]
      : [];
  });
  return lines.toSorted((a, b) => a.pid - b.pid);
}

/** `[days-]hours:minutes:seconds`, as ps shows a time. */
function inSeconds(time: string): number {
  const [days, clock = ''] = time.includes('-') ? time.split('-') : ['0', time];
  return clock.split(':').reduce((sum, part) => sum * 60 + Number(part), Number(days) * 24);
}
