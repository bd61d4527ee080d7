import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { References } from '#msk';
import type { TemplateSchema } from './deploy/schemas.ts';
import type { Endpoints } from './deploy/servers.ts';
import { endProcess, isRunning, type ProcessIdentity } from './servers/process/process-identity.ts';
import { writeWhole } from './servers/process/whole-file.ts';
import { ServerError } from './servers/server.ts';

/** What `.local/stack.json` tells the other commands about the running stack. */
export interface StackFile extends ProcessIdentity {
  /** The stage whose template runs. */
  readonly stage: string;
  /** Commands wait for `running`. */
  readonly state: 'starting' | 'running';
  readonly endpoints: Endpoints;
  /** The names of its servers: with `--minimal` not all of `endpoints` answer. */
  readonly servers: readonly string[];
  /** The spawned ones. */
  readonly processes: readonly (ProcessIdentity & { readonly name: string })[];
  /** The data of the run, and whether it outlives it. */
  readonly data: string;
  readonly kept: boolean;
  /** What else the run has on disk. */
  readonly temporary: string;
  /** What the template's resources are called; there once it is deployed. */
  readonly references?: References;
  /** The schemas of its registry; there with `references`. */
  readonly schemas?: readonly TemplateSchema[];
}

/** The checkout that this file belongs to. */
export const ROOT = dirname(import.meta.dirname);

export function stackPath(root: string): string {
  return join(root, '.local', 'stack.json');
}

/**
 * The running stack of this checkout.
 * @throws ServerError where none runs, or it is still starting.
 */
export async function readStack(root: string = ROOT): Promise<StackFile> {
  const stack = await readFileOf(root);
  if (stack === undefined) throw new ServerError('no running stack: start one with `npm start`');
  if (!(await isRunning(stack))) {
    throw new ServerError(
      `no running stack: the last one (process ${stack.pid}) was killed; start one with \`npm start\``,
    );
  }
  if (stack.state === 'starting') throw new ServerError('the stack is still starting: try again in a few seconds');
  return stack;
}

/** Keeps the file of a running stack up to date. */
export interface StackRecorder {
  /** Resolves when the file says so; does nothing once it is removed. */
  record(change: Partial<StackFile>): Promise<void>;
  readonly remove: () => Promise<void>;
}

/** Writes the file, whole at any moment, readable by its owner alone. */
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
      // One after the other: each renames the same draft.
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

/** Ends what a killed run left behind, exactly the processes that it recorded. @returns that run's file, if any. */
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
