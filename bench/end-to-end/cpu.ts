import { readdirSync, readFileSync } from 'node:fs';

/** The parts of a run. A process belongs to the first part whose pattern is in its command line. */
const PARTS: readonly [part: string, pattern: RegExp][] = [
  ['function', /runtime\/entry\.cjs/],
  ['poller', /serverless\.js msk start|esbuild/],
  // Also the watchers of the report and the Data API, which run in this process.
  ['generator', /cli\/start\.ts/],
  ['broker', /kafka\.Kafka/],
  ['store dynamodb', /LoopbackDynamoDb/],
  ['store opensearch', /LoopbackOpenSearch/],
  ['store s3', /s3proxy/],
  ['store rds', /postgres/],
];

const TICKS_PER_SECOND = 100;

/** ms of CPU time that each part of a run has used. */
export type Cpu = Record<string, number>;

/** Watches the CPU time of a process and all of its descendants, from `/proc`. */
export interface CpuWatch {
  /** The CPU time since the watch began, with that of processes that have ended. */
  now(): Cpu;
  stop(): void;
}

const EVERY_MS = 500;

/** @param root id of the process that starts all others */
export function watchCpu(root: number, everyMs: number = EVERY_MS): CpuWatch {
  const seen = new Map<string, { part: string; ms: number }>();
  const look = () => {
    const all = processes();
    const family = new Set([root]);
    // A child may have a lower id than its parent, so look until nothing is added.
    for (let before = 0; before < family.size; ) {
      before = family.size;
      for (const { pid, parent } of all) if (family.has(parent)) family.add(pid);
    }
    for (const { pid, started, ms } of all) {
      if (!family.has(pid)) continue;
      const id = `${pid}/${started}`;
      const known = seen.get(id);
      // Asked again, as the command line changes: a new process has its parent's, and a shell becomes a server by exec.
      seen.set(id, { part: partOf(pid) ?? known?.part ?? 'other', ms });
    }
  };
  const timer = setInterval(look, everyMs);
  return {
    now() {
      look();
      const sums: Cpu = {};
      for (const { part, ms } of seen.values()) sums[part] = (sums[part] ?? 0) + ms;
      return sums;
    },
    stop: () => clearInterval(timer),
  };
}

/** The CPU time between two moments. */
export function between(earlier: Cpu, later: Cpu): Cpu {
  return Object.fromEntries(Object.entries(later).map(([part, ms]) => [part, ms - (earlier[part] ?? 0)]));
}

interface Process {
  pid: number;
  parent: number;
  /** Start time: with the id it is unique. */
  started: string;
  /** CPU time in ms. */
  ms: number;
}

function processes(): Process[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    const stat = read(`/proc/${pid}/stat`);
    // The name in parentheses may contain spaces: the fields begin after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields.length < 20) return [];
    const ticks = Number(fields[11]) + Number(fields[12]);
    const started = fields[19] as string;
    return [{ pid: Number(pid), parent: Number(fields[1]), started, ms: (ticks * 1000) / TICKS_PER_SECOND }];
  });
}

/** Undefined for another program, and for a process that has ended. */
function partOf(pid: number): string | undefined {
  const command = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
  const part = PARTS.find(([, pattern]) => pattern.test(command))?.[0];
  if (part !== 'function') return part;
  const name = /(?:^|\0)_HANDLER=[^\0]*?([^/\0]+)\.handler/.exec(read(`/proc/${pid}/environ`))?.[1] ?? '?';
  return `function ${name}`;
}

/** The text of a file of `/proc`. Empty if the process has ended. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
