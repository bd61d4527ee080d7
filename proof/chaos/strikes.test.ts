import { readFileSync } from 'node:fs';
import { STRIKES } from './strikes.ts';

test('docs/chaos.md has a row for every kind, with what it does and how long it lasts', () => {
  const page = readFileSync(new URL('../../docs/chaos.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| ([a-z-]+) \| (.+?)(?: \(needs three brokers\))? \| (\d+) to (\d+) \|$/gm)];
  const kinds = Object.entries(STRIKES).map(([kind, { what, lasts }]) => [kind, what, ...lasts.map(String)]);
  expect(rows.map(([, ...cells]) => cells)).toEqual(kinds);
});
