import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The last column of a row: `file`: name of the test */
const PROOF = /\| `([^`]+\.test\.ts)`: (.+) \|$/;

test('each rule in docs/conformance.md names a test that exists', async () => {
  const text = await readFile(join(import.meta.dirname, 'docs/conformance.md'), 'utf8');
  const rows = text.split('\n').filter((line) => /^\| (?!rule |---)/.test(line));
  const proofs = rows.map((row) => PROOF.exec(row)?.slice(1) ?? [row, '']);
  expect(proofs.length).toBeGreaterThan(60);

  const missing: string[] = [];
  for (const [file = '', name = ''] of proofs) {
    const source = await readFile(join(import.meta.dirname, file), 'utf8').catch(() => '');
    // "<property> needs provisioned mode" is built from the property's name.
    if (!names(source).some((found) => found === name || found.endsWith(`} ${name}`))) missing.push(`${file}: ${name}`);
  }
  expect(missing).toEqual([]);
});

/** The quoted strings at the beginning of an argument list or of a row in a table of tests. */
function names(source: string): string[] {
  return [...source.matchAll(/[([{]\s*(['`])(.+?)\1,/g)].map(([, , name = '']) => name);
}
