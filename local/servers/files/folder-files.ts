import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The files of a folder and of its subfolders: their paths, relative to the folder, with their sizes in bytes. */
export async function folderFiles(folder: string): Promise<Record<string, number>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const sizes = await Promise.all(
    files.map(async (file): Promise<[string, number]> => {
      // Maven removes files while it works.
      const size = await stat(file).then(
        (found) => found.size,
        () => 0,
      );
      return [file.slice(folder.length + 1), size];
    }),
  );
  return Object.fromEntries(sizes);
}

/** Bytes; 0 where there is no such folder. */
export async function folderSize(folder: string): Promise<number> {
  const sizes = await folderFiles(folder).catch(() => ({}));
  return Object.values(sizes).reduce((sum: number, size: number) => sum + size, 0);
}
