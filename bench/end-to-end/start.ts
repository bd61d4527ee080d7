import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from '#proof/report.ts';
import { between, type Cpu, type CpuWatch, watchCpu } from './cpu.ts';

/** Lines of `npm start` that tell how far a run is. */
const POLLING = /^all mappings poll/;
const DRAINED = /^reading all topics/;
const PROGRESS = /: produced (\d+) .*, lag (\d+)$/;

/** Records of the load that ran before its lag is looked at: the first seconds are those of a cold start. */
const WARM_UP_SECONDS = 10;

/** A run with a report. */
export interface ReportedRun {
  report: Report;
  /** From the moment when all mappings poll until all records are stored. */
  cpu: Cpu;
}

/** Runs `npm start` with a report. @throws Error if the report isn't ok */
export async function reportedRun(args: readonly string[], signal: AbortSignal): Promise<ReportedRun> {
  const folder = mkdtempSync(join(tmpdir(), 'pipeline-bench-'));
  try {
    const file = join(folder, 'report.json');
    const marks: Cpu[] = [];
    await npmStart([...args, '--report', file], signal, (line, cpu) => {
      if (POLLING.test(line) || DRAINED.test(line)) marks.push(cpu.now());
    });
    const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
    return { report, cpu: between(marks[0] ?? {}, marks[1] ?? {}) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A run that was ended after some seconds of load. */
export interface LoadedRun {
  /** Acknowledged records per second. */
  rate: number;
  /** The largest lag of all mappings together, after the first seconds. */
  lag: number;
}

/** Runs `npm start` under load for some seconds, and ends it as Ctrl-C does. */
export async function loadedRun(args: readonly string[], seconds: number, signal: AbortSignal): Promise<LoadedRun> {
  const seen: { at: number; produced: number; lag: number }[] = [];
  const stopping = new AbortController();
  await npmStart(args, AbortSignal.any([signal, stopping.signal]), (line) => {
    const [, produced, lag] = PROGRESS.exec(line) ?? [];
    if (produced === undefined || stopping.signal.aborted) return;
    seen.push({ at: performance.now(), produced: Number(produced), lag: Number(lag) });
    const first = seen[0]?.at ?? 0;
    if (performance.now() - first >= seconds * 1000) stopping.abort();
  });
  signal.throwIfAborted();
  const [first, last] = [seen[0], seen.at(-1)];
  if (first === undefined || last === undefined || first === last)
    throw new Error(`npm start ${args.join(' ')} made no progress`);
  const warm = seen.filter(({ at }) => at - first.at >= WARM_UP_SECONDS * 1000);
  return {
    rate: ((last.produced - first.produced) / (last.at - first.at)) * 1000,
    lag: Math.max(...(warm.length > 0 ? warm : [last]).map(({ lag }) => lag)),
  };
}

/** @throws Error with the last lines if the run fails, unless the signal has ended it */
async function npmStart(
  args: readonly string[],
  signal: AbortSignal,
  onLine: (line: string, cpu: CpuWatch) => void,
): Promise<void> {
  const child = spawn(process.execPath, ['cli/start.ts', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const cpu = watchCpu(child.pid as number);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const stop = () => child.kill('SIGINT');
  signal.addEventListener('abort', stop);
  const lines: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => lines.push(String(chunk)));
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line);
      onLine(line, cpu);
    }
    const code = await ended;
    if (code !== 0 && !signal.aborted) {
      throw new Error(`npm start ${args.join(' ')} ended with exit code ${code}:\n${lines.slice(-15).join('\n')}`);
    }
  } finally {
    signal.removeEventListener('abort', stop);
    cpu.stop();
  }
  // The kernel needs a moment to free the memory of the servers.
  await sleep(1_000);
}
