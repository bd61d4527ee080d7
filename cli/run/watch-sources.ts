import { type FSWatcher, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';

/** Waits this long after a change, because an editor saves in several steps. */
const SETTLE_MS = 100;

/** Files that aren't bundled: tests, and editors' backup and swap files. */
const OTHERS = /\.test\.ts$|~$|\.sw.$/;

/**
 * Calls `changed` when a source file in or below one of the folders is saved, created or removed. Each folder has its
 * own watcher: Node's recursive watcher loses a file if an editor replaces it with a new one.
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
    // The folder was removed: its parent's watcher sees that too.
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
    // Folders may have been created or removed: watch all of them anew.
    close();
    for (const folder of folders) add(folder);
    changed();
  };

  for (const folder of folders) add(folder);
  return { close };
}
