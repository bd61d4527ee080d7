import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rows } from './conformance/rows/rows.ts';

/** The rules of docs/conformance.md: the first column of each table. */
async function table(): Promise<string[]> {
  const text = await readFile(join(import.meta.dirname, 'docs/conformance.md'), 'utf8');
  return text.split('\n').filter((line) => /^\| (?!rule |---)/.test(line));
}

/** The last column of a row: `file`: name of the test */
const PROOF = /\| `([^`]+\.test\.ts)`: (.+) \|$/;

test('each rule in docs/conformance.md names a test that exists', async () => {
  const proofs = (await table()).map((row) => PROOF.exec(row)?.slice(1) ?? [row, '']);
  expect(proofs.length).toBeGreaterThan(60);

  const missing: string[] = [];
  for (const [file = '', name = ''] of proofs) {
    const source = await readFile(join(import.meta.dirname, file), 'utf8').catch(() => '');
    // "<property> needs provisioned mode" is built from the property's name.
    if (!names(source).some((found) => found === name || found.endsWith(`} ${name}`))) missing.push(`${file}: ${name}`);
  }
  expect(missing).toEqual([]);
});

test('each row of npm run conform has its rule in docs/conformance.md', async () => {
  const rules = new Set((await table()).map((row) => row.split(' | ')[0]?.slice(2)));

  expect(rows.filter(({ rule }) => !rules.has(rule)).map(({ id, rule }) => `${id}: ${rule}`)).toEqual([]);
});

/** The quoted strings at the beginning of an argument list or of a row in a table of tests. */
function names(source: string): string[] {
  return [...source.matchAll(/[([{]\s*(['`])(.+?)\1,/g)].map(([, , name = '']) => name);
}
