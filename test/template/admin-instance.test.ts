import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PACKAGING_MS, plainTemplate } from './compiled.ts';
import { userData } from './rules/admin.ts';

let script: string;
beforeAll(async () => {
  script = userData(await plainTemplate('prod'));
}, PACKAGING_MS);

test("bash can parse the admin instance's user data, and each script in it", () => {
  const inner = [...script.matchAll(/<<'(PROFILE|INSTALL|SEARCH)'\n(.*?)\n\1\n/gs)].map(([, , text = '']) => text);

  const read = [script, ...inner].map((text) => spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' }).stderr);

  expect(inner).toHaveLength(3);
  expect(read).toEqual(['', '', '', '']);
});

test('the user data contains search-proxy.ts unchanged', async () => {
  const [, text = ''] = /<<'BASE64'\n(.*?)\nBASE64\n/s.exec(script) ?? [];
  const file = join(import.meta.dirname, '..', '..', 'resources', 'admin', 'search-proxy.ts');

  expect(Buffer.from(text, 'base64').toString('utf8')).toBe(await readFile(file, 'utf8'));
});
