import { readdir, readFile } from 'node:fs/promises';
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

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
