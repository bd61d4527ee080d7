import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT, type StackFile, stackPath } from '#local/stack-file.ts';
import type { Report } from '#proof/report.ts';
import { eventually } from './eventually.ts';
import { keepOnFailure } from './kept-logs.ts';
import { endProcessesOf, type OwnProcess, processesOf } from './processes.ts';

/** A copy of this checkout. A checkout can run only one stack, and this one may be running its own. */
export interface Checkout {
  readonly folder: string;
  /** Reads the output of the functions in the last run. */
  functionsLog(): Promise<string>;
  /** The folder that replaces the system's temporary folder. */
  readonly temporary: string;
  /** The processes of all runs of this checkout. */
  processes(): Promise<OwnProcess[]>;
  /** Runs `npm start -- …`, or another script of package.json, in its own process group, like a shell. */
  start(args: readonly string[], environment?: NodeJS.ProcessEnv, script?: 'start' | 'chaos'): StartedRun;
  /** Kills the processes that still run, such as after a failed test. */
  end(): Promise<void>;
  remove(): Promise<void>;
}

export interface StartedRun {
  /** Its output so far. */
  output(): string;
  /** Resolves when its output matches. @throws Error with its output if it ends before, or after the time */
  says(pattern: RegExp, withinSeconds?: number): Promise<void>;
  /** Reads `.local/stack.json`. */
  stack(): Promise<StackFile>;
  /** Sends SIGINT to every process of the group, as the terminal does at Ctrl-C. */
  interrupt(): void;
  /** @throws Error with its output if it doesn't end within this time */
  exitCode(withinSeconds: number): Promise<number | null>;
  /** Resolves when it exits with code 0. @throws Error with its output if it exits with another code or too late */
  succeeds(withinSeconds: number): Promise<void>;
  /** @throws Error if it has written no report */
  report(): Promise<Report>;
}

const LATE = Symbol('late');

const LEFT_OUT = new Set(['node_modules', '.git', '.local', '.serverless', '.esbuild']);

/** @example const checkout = await copyCheckout(); const run = checkout.start(['--duration', '20']); */
export async function copyCheckout(): Promise<Checkout> {
  const sandbox = await mkdtemp(join(tmpdir(), 'test-checkout-'));
  const folder = join(sandbox, 'checkout');
  const temporary = join(sandbox, 'tmp');
  await mkdir(temporary);
  await cp(ROOT, folder, { recursive: true, filter: (path) => !LEFT_OUT.has(relative(ROOT, path)) });
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const output = join(sandbox, 'npm-start.log');
  keepOnFailure('logs', join(folder, '.local', 'logs'));
  keepOnFailure('npm-start.log', output);
  const end = () => endProcessesOf(sandbox);
  return {
    folder,
    temporary,
    functionsLog: () => readFile(join(folder, '.local', 'logs', 'functions.log'), 'utf8'),
    processes: () => processesOf(sandbox),
    start(args, environment = {}, script = 'start') {
      const report = join(sandbox, `report-${randomUUID()}.json`);
      const all = args.includes('--duration') || script === 'chaos' ? [...args, '--report', report] : args;
      const child = spawn('npm', ['run', script, '--', ...all], {
        cwd: folder,
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...ownEnvironment(), TMPDIR: temporary, ...environment },
      });
      const log = createWriteStream(output, { flags: 'a' });
      for (const stream of [child.stdout, child.stderr]) stream.pipe(log, { end: false });
      return startedRun(child, folder, report);
    },
    end,
    async remove() {
      await end();
      await rm(sandbox, { recursive: true });
    },
  };
}

function startedRun(child: ChildProcess, folder: string, report: string): StartedRun {
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  const failure = (what: string) => new Error(`npm start ${what}:\n${output}`);
  const exitCode = async (withinSeconds: number) => {
    const code = await Promise.race([exited, sleep(withinSeconds * 1000, LATE, { ref: false })]);
    if (code === LATE) throw failure(`did not end within ${withinSeconds} s`);
    return code as number | null;
  };
  return {
    output: () => output,
    async says(pattern, withinSeconds = 300) {
      const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
      await eventually(() => pattern.test(output) || hasEnded(), {
        what: `npm start says ${pattern}`,
        boundMs: withinSeconds * 1000,
        seen: () => output,
      });
      if (!pattern.test(output)) throw failure(`ended before it said ${pattern}`);
    },
    stack: async () => JSON.parse(await readFile(stackPath(folder), 'utf8')) as StackFile,
    interrupt: () => signalGroup(child, 'SIGINT'),
    exitCode,
    async succeeds(withinSeconds) {
      const code = await exitCode(withinSeconds);
      if (code !== 0) throw failure(`ended with exit code ${code}`);
    },
    async report() {
      const text = await readFile(report, 'utf8').catch(() => '');
      if (text === '') throw failure('wrote no report');
      return JSON.parse(text) as Report;
    },
  };
}

function signalGroup(child: ChildProcess, name: NodeJS.Signals): void {
  try {
    process.kill(-(child.pid as number), name);
  } catch {
    // It has ended.
  }
}

/** The environment without the variables of the test run: jest's, and those that turn off the handlers' logs. */
export function ownEnvironment(): NodeJS.ProcessEnv {
  const own = /^(JEST_|NODE_ENV$|NODE_OPTIONS$|POWERTOOLS_|SERVERS$|AWS_)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
}
