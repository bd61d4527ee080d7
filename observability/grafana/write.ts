/** `npx node observability/grafana/write.ts` writes dashboards/. write.test.ts fails if a file is outdated. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from './dashboard.ts';
import { ofFunction } from './function.ts';
import { pipeline } from './pipeline.ts';

export const folder = join(import.meta.dirname, 'dashboards');

/** The text of each file. */
export const files: Readonly<Record<string, string>> = Object.fromEntries(
  [pipeline, ofFunction].map((board) => [`${board.uid}.json`, `${JSON.stringify(build(board), null, 2)}\n`]),
);

if (import.meta.main) {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
}
