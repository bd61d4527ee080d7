import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { NOWHERE } from './deploy/servers.ts';
import { endpointsOf } from './server-list.ts';
import { removeTemporary, temporaryFolder } from './servers/files/keep.ts';
import { LockedError, takeLock } from './servers/files/lock.ts';
import { ownIdentity } from './servers/process/process-identity.ts';
import { ServerError } from './servers/server.ts';
import { endLeftOvers, ROOT, recordStack, type StackRecorder } from './stack-file.ts';
import { type Undo, undoSteps } from './undo.ts';

export interface ClaimOptions {
  /** Shown by other commands; the servers are the same for each stage. */
  readonly stage: string;
  /** The folder for `.local/` (the stack's file, lock and logs) and `output/`; default this checkout. */
  readonly root?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A checkout in which this process may start the one stack. */
export interface ClaimedCheckout {
  readonly root: string;
  /** The folder for the logs of the servers and of the functions. */
  readonly logs: string;
  /** A folder outside of the checkout for temporary files; removed at the end, or by the next start after a kill. */
  readonly temporary: string;
  /** Keeps `.local/stack.json` up to date. */
  readonly recorder: StackRecorder;
  /** The steps that take back the claim. A start adds its own steps. */
  readonly undo: Undo;
}

/**
 * Locks a checkout for one stack, ends what a killed run has left, and writes `.local/stack.json`.
 * @throws ServerError where a stack runs in the checkout; the signal's reason when it aborts
 */
export async function claimCheckout(options: ClaimOptions): Promise<ClaimedCheckout> {
  options.signal?.throwIfAborted();
  const undo = undoSteps();
  try {
    return await claim(options, undo);
  } catch (error) {
    await undo.run();
    throw error;
  }
}

async function claim({ stage, root = ROOT }: ClaimOptions, undo: Undo): Promise<ClaimedCheckout> {
  const logs = join(root, '.local', 'logs');
  await mkdir(logs, { recursive: true });
  undo.add(await lock(root));
  const leftOver = await endLeftOvers(root);
  if (leftOver !== undefined) {
    if (!leftOver.kept) await removeTemporary(leftOver.data);
    await removeTemporary(leftOver.temporary);
  }

  const temporary = await temporaryFolder();
  undo.add(temporary.release);
  // From now on, the start after a kill finds the folder by this file.
  const recorder = await recordStack(root, {
    ...(await ownIdentity()),
    stage,
    state: 'starting',
    endpoints: endpointsOf([], { api: NOWHERE, aws: NOWHERE }),
    servers: [],
    processes: [],
    data: temporary.path,
    kept: false,
    temporary: temporary.path,
  });
  undo.add(recorder.remove);
  return { root, logs, temporary: temporary.path, recorder, undo };
}

async function lock(root: string): Promise<() => Promise<void>> {
  try {
    return await takeLock(join(root, '.local', 'lock'));
  } catch (error) {
    if (!(error instanceof LockedError)) throw error;
    throw new ServerError(
      `a stack is running in this checkout already (process ${error.holder.pid}): ` +
        'stop it with Ctrl-C in its terminal, or use another checkout',
      { cause: error },
    );
  }
}
