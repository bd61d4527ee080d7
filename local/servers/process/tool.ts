import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { ServerError } from '../server.ts';
import { exitText, spawnServer } from './process.ts';

/** An error that a tool prints, and how the reader mends it. */
export interface Cause {
  readonly pattern: RegExp;
  readonly mend: string;
}

export interface ToolOptions {
  /** Named in errors. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The working directory. */
  readonly folder: string;
  /** The file that the output is written to. */
  readonly log: string;
  readonly environment?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  /** The tool's own errors, beside {@link DISK_FULL}. */
  readonly causes?: readonly Cause[];
}

const DISK_FULL: Cause = {
  pattern: /No space left on device/i,
  mend: 'The disk is full: free some space and start again.',
};

/** Lines of the output in an error, where no line is marked as an error. */
const LINES = 4;

/**
 * Runs a program to its end, under the same guard as the servers.
 * @throws ServerError where the program fails: its last output, and how to mend it
 */
export async function runTool(options: ToolOptions): Promise<void> {
  options.signal?.throwIfAborted();
  const { log } = options;
  await rm(log, { force: true });
  const tool = await spawnServer({
    name: options.name,
    command: options.command,
    args: options.args,
    cwd: options.folder,
    log,
    ...(options.environment === undefined ? {} : { env: options.environment }),
  });
  const abort = (): void => void tool.stop();
  options.signal?.addEventListener('abort', abort);
  const exit = await tool.exited;
  options.signal?.removeEventListener('abort', abort);
  options.signal?.throwIfAborted();
  if (exit.code === 0) return;
  const text = await readFile(log, 'utf8').catch(() => '');
  throw new ServerError(`${options.name} failed (${exitText(exit)}). ${explain(text, options.causes)}\n  log: ${log}`);
}

/** How to mend what a tool's output complains of (empty where no cause is known), and the lines that say it. */
export function explain(text: string, causes: readonly Cause[] = []): string {
  const mend = mendFor(text, causes);
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const errors = lines.filter((line) => /^\[ERROR\] \S/.test(line));
  const last = errors.length > 0 ? errors.slice(0, 1) : lines.slice(-LINES);
  return [mend ?? '', ...last.map((line) => `\n  ${line.slice(0, 400)}`)].join('');
}

/** How to mend what an output complains of; undefined where no cause is known. */
export function mendFor(text: string, causes: readonly Cause[] = []): string | undefined {
  return [DISK_FULL, ...causes].find(({ pattern }) => pattern.test(text))?.mend;
}

/** A program's path; undefined where it isn't on the PATH. */
export function findProgram(name: string, environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find((candidate) => existsSync(candidate));
}
