import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { References } from '#msk';
import type { TemplateSchema } from './deploy/schemas.ts';
import type { Endpoints } from './servers/catalogue.ts';
import { writeWhole } from './servers/files/whole-file.ts';
import { endProcess, isRunning, type ProcessIdentity } from './servers/process/process-identity.ts';
import { ServerError } from './servers/server.ts';

/** The content of `.local/stack.json`, from which other commands learn of the running stack. */
export interface StackFile extends ProcessIdentity {
  /** The stage of the template that runs. */
  readonly stage: string;
  /** Commands use the stack when it is `running`. */
  readonly state: 'starting' | 'running';
  readonly endpoints: Endpoints;
  /** The names of the stack's servers: with `--minimal` not all `endpoints` answer. */
  readonly servers: readonly string[];
  /** The servers' processes. */
  readonly processes: readonly (ProcessIdentity & { readonly name: string })[];
  /** The folder of the run's data. */
  readonly data: string;
  /** True where the data stays after the run. */
  readonly kept: boolean;
  /** The folder of the run's other files. */
  readonly temporary: string;
  /** The functions' log; only of `npm start`. */
  readonly log?: string;
  /** The OTLP collector that gets the functions' traces. */
  readonly otlp?: string | undefined;
  /** Where Prometheus gets the run's metrics; present once all mappings poll. */
  readonly metrics?: string;
  /** The names of the template's resources; present once the template is deployed. */
  readonly references?: References;
  /** The schemas of the template's registry; present with `references`. */
  readonly schemas?: readonly TemplateSchema[];
}

/** The checkout with this file. */
export const ROOT = dirname(import.meta.dirname);

export function stackPath(root: string): string {
  return join(root, '.local', 'stack.json');
}

/**
 * The running stack of this checkout.
 * @throws ServerError where no stack runs, or the stack is still starting
 */
export async function readStack(root: string = ROOT): Promise<StackFile> {
  const stack = await readFileOf(root);
  if (stack === undefined) throw new ServerError('no running stack: start one with `npm start`');
  if (!(await isRunning(stack))) {
    throw new ServerError(
      `no running stack: the last stack (process ${stack.pid}) was killed; start one with \`npm start\``,
    );
  }
  if (stack.state === 'starting') throw new ServerError('the stack is still starting: try again in a few seconds');
  return stack;
}

/** Keeps the file of a running stack up to date. */
export interface StackRecorder {
  /** Resolves when the change is in the file. Does nothing once the file is removed. */
  record(change: Partial<StackFile>): Promise<void>;
  readonly remove: () => Promise<void>;
}

/** Writes the file: whole at any moment, and readable by its owner only. */
export async function recordStack(root: string, initial: StackFile): Promise<StackRecorder> {
  const path = stackPath(root);
  let stack = initial;
  let removed = false;
  const write = async (): Promise<void> => {
    if (removed) return;
    await writeWhole(path, `${JSON.stringify(stack, undefined, 2)}\n`, { mode: 0o600 });
  };
  await mkdir(dirname(path), { recursive: true });
  let writing = write();
  await writing;
  return {
    record: (change) => {
      stack = { ...stack, ...change };
      // One write after another: all use the same draft file.
      writing = writing.then(write);
      return writing;
    },
    remove: async () => {
      removed = true;
      await writing.catch(() => {});
      await rm(path, { force: true });
    },
  };
}

/**
 * Ends the processes that a killed run has recorded, and removes its file.
 * @returns the content of the file; undefined where there is none
 */
export async function endLeftOvers(root: string): Promise<StackFile | undefined> {
  const stack = await readFileOf(root);
  if (stack === undefined) return undefined;
  await Promise.all(stack.processes.map(endProcess));
  await rm(stackPath(root), { force: true });
  return stack;
}

async function readFileOf(root: string): Promise<StackFile | undefined> {
  try {
    return JSON.parse(await readFile(stackPath(root), 'utf8')) as StackFile;
  } catch {
    return undefined;
  }
}
