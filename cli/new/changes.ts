import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A file to write; `edit` is given the text that is there, `create` needs that there is none. */
export type Change = { path: string } & ({ create: string } | { edit: (text: string) => string });

/**
 * Writes all changes or none.
 * @param root the checkout
 * @returns a line for each file: `new  functions/…` or `edit serverless.yml`
 * @throws Error that names the file which is there already, or which has another form than expected
 */
export async function applyChanges(root: string, changes: readonly Change[]): Promise<string[]> {
  const texts = await Promise.all(changes.map((change) => textOf(root, change)));
  for (const [at, { path }] of changes.entries()) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), texts[at] as string);
  }
  return changes.map((change) => `${'create' in change ? 'new ' : 'edit'} ${change.path}`);
}

async function textOf(root: string, change: Change): Promise<string> {
  const path = join(root, change.path);
  if ('create' in change) {
    if (existsSync(path)) throw new Error(`${change.path} is there already: choose another name, or remove it first`);
    return change.create;
  }
  try {
    return change.edit(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new Error(`${change.path} can't be extended`, { cause });
  }
}

/**
 * Puts text in front of the first line that matches, or behind the last one.
 * @throws Error where no line matches
 */
export function insert(text: string, where: 'before' | 'after', line: RegExp, added: string): string {
  const lines = text.split('\n');
  const at =
    where === 'before' ? lines.findIndex((own) => line.test(own)) : lines.findLastIndex((own) => line.test(own));
  if (at < 0) throw new Error(`no line matches ${line}`);
  lines.splice(where === 'before' ? at : at + 1, 0, ...added.replace(/\n$/, '').split('\n'));
  return lines.join('\n');
}

/** @throws Error where nothing matches */
export function replaced(text: string, pattern: RegExp, by: string): string {
  if (!pattern.test(text)) throw new Error(`nothing matches ${pattern}`);
  return text.replace(pattern, by);
}
