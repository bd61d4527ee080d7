import { readFile } from 'node:fs/promises';
import { file, page } from './aws-rules.ts';
import { rules } from './rules/all.ts';

test('docs/aws-rules.md is up to date (node test/template/aws-rules.ts writes it)', async () => {
  expect(await readFile(file, 'utf8')).toBe(page());
});

test('each rule has a unique name and a source', () => {
  const names = rules.map(({ name }) => name);

  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  expect(rules.filter(({ source }) => source.length < 10).map(({ name }) => name)).toEqual([]);
});
