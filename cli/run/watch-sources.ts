import { type FSWatcher, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';

/** An editor saves in several steps. */
const SETTLE_MS = 100;

/** What isn't bundled: tests, and what editors keep beside a file. */
const OTHERS = /\.test\.ts$|~$|\.sw.$/;

/**
 * Calls `changed` when a source in one of the folders, or below, is saved, made or removed. Each folder has a watcher
 * of its own: node's recursive one loses a file that an editor saves by putting a new one in its place.
 */
export function watchSources(folders: readonly string[], changed: () => void): { close(): void } {
  let watchers: FSWatcher[] = [];
  let timer: NodeJS.Timeout | undefined;

  const add = (folder: string) => {
    const watcher = watch(folder, (_, file) => {
      if (file === null || OTHERS.test(file)) return;
      clearTimeout(timer);
      timer = setTimeout(settled, SETTLE_MS);
    });
    // A folder that is gone: its parent's watcher tells.
    watcher.on('error', () => undefined);
    watchers.push(watcher);
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) add(join(folder, entry.name));
    }
  };
  const close = () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
    watchers = [];
  };
  const settled = () => {
    // Folders come and go too.
    close();
    for (const folder of folders) add(folder);
    changed();
  };

  for (const folder of folders) add(folder);
  return { close };
}
