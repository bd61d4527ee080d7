import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { eventually } from './eventually.ts';

export interface OwnProcess {
  readonly pid: number;
  /** its command line, separated by spaces */
  readonly command: string;
}

/** The processes with this folder in their command line or environment (proc(5)), which includes all servers. */
export async function processesOf(folder: string): Promise<OwnProcess[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = ids.map(async (id) => {
    const read = (file: string) => readFile(`/proc/${id}/${file}`, 'utf8').catch(() => '');
    const [command, environment] = await Promise.all([read('cmdline'), read('environ')]);
    const own = `${command}\0${environment}`.includes(folder);
    return own ? [{ pid: Number(id), command: command.replaceAll('\0', ' ') }] : [];
  });
  return (await Promise.all(found)).flat();
}

/** Kills these processes, and those that they start meanwhile. @throws Error if one is left after 30 s */
export async function endProcessesOf(folder: string): Promise<void> {
  const left = () => processesOf(folder);
  const killed = async () => {
    const processes = await left();
    for (const { pid } of processes) kill(pid);
    return processes.length === 0;
  };
  await eventually(killed, { what: `the end of all processes of ${folder}`, seen: left });
}

/** The addresses and ports on which these processes listen, on Linux (ss(8)). */
export async function listenersOf(...pids: (number | undefined)[]): Promise<{ address: string; port: number }[]> {
  const { stdout } = await promisify(execFile)('ss', ['-Hltnp']);
  const own = stdout.split('\n').filter((line) => pids.some((pid) => line.includes(`pid=${pid},`)));
  return own.map((line) => {
    const [, address = '', port] = /^(.*):(\d+)$/.exec(line.split(/\s+/)[3] ?? '') ?? [];
    return { address, port: Number(port) };
  });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
