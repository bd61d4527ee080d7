import { spawnSync } from 'node:child_process';
import { PACKAGING_MS, plainTemplate } from './compiled.ts';
import { userData } from './rules/admin.ts';

test("the admin instance's user data is a script that bash can read, and so is each script in it", async () => {
  const script = userData(await plainTemplate('prod'));
  const inner = [...script.matchAll(/<<'(PROFILE|INSTALL)'\n(.*?)\n\1\n/gs)].map(([, , text = '']) => text);

  const read = [script, ...inner].map((text) => spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' }).stderr);

  expect(inner).toHaveLength(2);
  expect(read).toEqual(['', '', '']);
}, PACKAGING_MS);
