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

/** A copy of this checkout: only one stack runs in each, and a person's own may be running in this one. */
export interface Checkout {
  readonly folder: string;
  /** What the functions have printed, in the last run. */
  functionsLog(): Promise<string>;
  /** The folder that takes the place of the system's temporary one, and what is in it. */
  readonly temporary: string;
  /** The processes of any run of this checkout. */
  processes(): Promise<OwnProcess[]>;
  /** `npm start -- …`, from a shell's process group of its own. */
  start(args: readonly string[], environment?: NodeJS.ProcessEnv): StartedRun;
  /** Kills what still runs, as after a failed test. */
  end(): Promise<void>;
  remove(): Promise<void>;
}

export interface StartedRun {
  /** All that it has printed so far. */
  output(): string;
  /** Resolves when it has printed that. @throws Error with its output where it ends before, or the time is over */
  says(pattern: RegExp, withinSeconds?: number): Promise<void>;
  /** What `.local/stack.json` says now. */
  stack(): Promise<StackFile>;
  /** A signal to every process of the group, as the terminal sends at Ctrl-C. */
  interrupt(): void;
  /** @throws Error with its output where it doesn't end within that time */
  exitCode(withinSeconds: number): Promise<number | null>;
  /** Resolves when it has ended with exit code 0. @throws Error with its output where it ends otherwise, or doesn't */
  succeeds(withinSeconds: number): Promise<void>;
  /** @throws Error where it has written none */
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
    start(args, environment = {}) {
      const report = join(sandbox, `report-${randomUUID()}.json`);
      const all = args.includes('--duration') ? [...args, '--report', report] : args;
      const child = spawn('npm', ['start', '--', ...all], {
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

/** Without what a test run has set for itself: jest's, and those that keep handlers quiet. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const own = /^(JEST_|NODE_ENV$|NODE_OPTIONS$|POWERTOOLS_|SERVERS$|AWS_)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
}
