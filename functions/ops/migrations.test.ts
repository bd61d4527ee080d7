import { readMigrations } from './migrations.ts';

test('migrations are in the order of their numbers, split into statements', () => {
  const read = readMigrations({ '010_b': 'SELECT 1; SELECT 2;', '002_a': 'SELECT 3;' });
  expect(read.map(({ version, name, statements }) => ({ version, name, statements }))).toEqual([
    { version: 2, name: '002_a', statements: ['SELECT 3'] },
    { version: 10, name: '010_b', statements: ['SELECT 1', 'SELECT 2'] },
  ]);
});

test('the checksum changes with the text, but not with line endings', () => {
  const [unix, dos, other] = ['SELECT 1;\n', 'SELECT 1;\r\n', 'SELECT 2;\n'].map(
    (text) => readMigrations({ '001_a': text })[0]?.checksum,
  );
  expect(dos).toBe(unix);
  expect(other).not.toBe(unix);
});

test.each<[files: Record<string, string>, error: RegExp]>([
  [{ first: '' }, /migration first: its name/],
  [{ '001_a': '', '001_b': '' }, /001_a and 001_b have the same number/],
])('%j is rejected', (files, error) => {
  expect(() => readMigrations(files)).toThrow(error);
});
