import { execFile } from 'node:child_process';
import { chown, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { ServerError } from '../server.ts';

const run = promisify(execFile);

/** The user that PostgreSQL runs as. */
export interface Account {
  /** Set where it isn't the current user. */
  readonly ids?: { readonly uid: number; readonly gid: number };
  /** The words before a command. */
  readonly prefix: readonly string[];
}

const NOBODY = { uid: 65_534, gid: 65_534 };
const OTHERS_MAY_PASS = 0o001;

/**
 * PostgreSQL refuses to run as root. When root starts it, it runs as the owner of the data folder, or as `nobody` where
 * root owns that. Where that user can't reach the data or the binaries (a checkout in /root, a folder of `mktemp -d`),
 * setpriv of util-linux gives it one right of root: to pass through folders (capabilities(7), CAP_DAC_OVERRIDE). This
 * copies nothing, and opens no folder to other users.
 *
 * @param data the folder that the user must own
 * @param reached paths that the user must read
 * @throws ServerError where setpriv fails
 */
export async function accountFor(data: string, reached: readonly string[]): Promise<Account> {
  if (process.getuid?.() !== 0) return { prefix: [] };
  const { uid, gid } = await stat(data);
  const ids = uid === 0 ? NOBODY : { uid, gid };
  await chown(data, ids.uid, ids.gid);
  if (await mayPass([dirname(data), ...reached])) return { ids, prefix: [] };

  const rights = ['--inh-caps=-all,+dac_override', '--ambient-caps=-all,+dac_override'];
  // Without it access(2), with which initdb looks for its programs, ignores the right.
  const securebits = '--securebits=+no_setuid_fixup';
  const prefix = ['setpriv', `--reuid=${ids.uid}`, `--regid=${ids.gid}`, '--clear-groups', ...rights, securebits, '--'];
  await run('setpriv', [...prefix.slice(1), 'true']).catch((cause: Error) => {
    throw new ServerError(
      `PostgreSQL doesn't run as root, and user ${ids.uid} can't reach ${data} and ${reached.join(', ')}: ` +
        `setpriv would help, but failed (${cause.message.trim()}). ` +
        'Start as an ordinary user, or use folders that others may pass through.',
      { cause },
    );
  });
  return { prefix };
}

async function mayPass(paths: readonly string[]): Promise<boolean> {
  const folders = paths.flatMap((path) => [path, ...parents(path)]);
  const modes = await Promise.all(folders.map(async (folder) => (await stat(folder)).mode));
  return modes.every((mode) => (mode & OTHERS_MAY_PASS) !== 0);
}

function parents(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [parent, ...parents(parent)];
}
