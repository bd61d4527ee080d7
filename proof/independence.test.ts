import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/*
 * An expectation that is computed by the code under test, or by the generator, repeats their mistakes. So the truth and
 * the checks import neither of them, also not by way of another file. Their tests may.
 */

const PROOF = import.meta.dirname;
const CHECKED = /(^|\/)(truth\/.*|checks\/.*|check[^/]*)\.ts$/;
const TEST = /\.(test|fixture)\.ts$/;
const IMPORT = /^(?:import|export) [^;]*?from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm;

const checked = readdirSync(PROOF, { recursive: true, encoding: 'utf8' })
  .map((file) => file.split(sep).join('/'))
  .filter((file) => CHECKED.test(file) && !TEST.test(file));

function importsOf(file: string): string[] {
  const text = readFileSync(join(PROOF, file), 'utf8');
  return [...text.matchAll(IMPORT)].map((match) => match.slice(1).find((name) => name !== undefined) as string);
}

/** What a file imports from outside proof/ or from a load/ folder, itself or by way of others: as `file: import`. */
function forbidden(file: string, seen: Set<string>): string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  return importsOf(file).flatMap((name) => {
    if (name.startsWith('#')) return [`${file}: ${name}`];
    if (!name.startsWith('.')) return [];
    const target = relative(PROOF, join(PROOF, dirname(file), name))
      .split(sep)
      .join('/');
    if (target.startsWith('..') || /(^|\/)load\//.test(target)) return [`${file}: ${name}`];
    return forbidden(target, seen);
  });
}

test('the files to check are found', () => {
  expect(checked).toEqual(
    expect.arrayContaining(['truth/json.ts', 'checks/once.ts', 'fleet/check-items.ts', 'logins/truth/payload.ts']),
  );
});

test('no file of the truth or the checks imports functions/, lib/ or load/, also not by way of another file', () => {
  const seen = new Set<string>();
  expect(checked.flatMap((file) => forbidden(file, seen))).toEqual([]);
});
