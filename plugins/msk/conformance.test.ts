import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** `file`: name of the test */
const PROOF = /\| `([^`]+\.test\.ts)`: (.+) \|$/;

/** The strings of a test file; a name with "needs …" is made of a property's name and that. */
test('each rule of docs/conformance.md has a test of that name', async () => {
  const text = await readFile(join(import.meta.dirname, 'docs/conformance.md'), 'utf8');
  const rows = text.split('\n').filter((line) => /^\| (?!rule |---)/.test(line));
  const proofs = rows.map((row) => PROOF.exec(row)?.slice(1) ?? [row, '']);
  expect(proofs.length).toBeGreaterThan(60);

  const missing: string[] = [];
  for (const [file = '', name = ''] of proofs) {
    const source = await readFile(join(import.meta.dirname, file), 'utf8').catch(() => '');
    if (!names(source).some((found) => found === name || found.endsWith(`} ${name}`))) missing.push(`${file}: ${name}`);
  }
  expect(missing).toEqual([]);
});

/** What stands in quotes, at the beginning of an argument or of a row of a table of tests. */
function names(source: string): string[] {
  return [...source.matchAll(/[([{]\s*(['`])(.+?)\1,/g)].map(([, , name = '']) => name);
}
