import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './lock.ts';

type Versions = Record<string, string>;
interface Manifest {
  dependencies: Versions;
  devDependencies: Versions;
  optionalDependencies: Versions;
}

/** A range that doesn't take the next minor version: "1.2.3", "1.94", "~1.9.0". */
const PINNED = /^[~\d]/;
/** A row of docs/supply-chain.md: package, version, reason. */
const ROW = /^\| `([^`]+)` \| ([^|]+) \| ([^|]{20,}) \|$/gm;

test('docs/supply-chain.md gives the reason for each pinned version, and for no other', () => {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;
  const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };
  const pinned = Object.entries(all).filter(([, range]) => PINNED.test(range));

  const page = readFileSync(join(ROOT, 'docs/supply-chain.md'), 'utf8');
  const rows = [...page.matchAll(ROW)].map(([, name = '', version = '']) => [name, version.trim()]);

  expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(pinned));
});
