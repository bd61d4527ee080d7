import { readFile } from 'node:fs/promises';

/** `file`: name of the test */
const PROOF = /\| `([^`]+)`: (.+) \|$/;

test('every test that docs/failures.md names exists', async () => {
  const rows = (await readFile('docs/failures.md', 'utf8')).split('\n').filter((line) => /^\| (?!failure )/.test(line));
  const proofs = rows.map((row) => PROOF.exec(row)?.slice(1) ?? [row, '']);
  expect(proofs.length).toBeGreaterThan(20);
  for (const [file = '', name = ''] of proofs) {
    const source = await readFile(file, 'utf8');
    expect({ file, name, found: source.includes(name) }).toEqual({ file, name, found: true });
  }
});
