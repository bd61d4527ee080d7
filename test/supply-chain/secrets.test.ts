import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './lock.ts';

/** Forms that only a credential has, as their issuers document them. */
const FORMS: Record<string, RegExp> = {
  'access key of AWS': /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  'private key': /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/g,
  'token of GitHub': /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60,})\b/g,
  'token of npm': /\bnpm_[A-Za-z0-9]{36}\b/g,
  'token of PyPI': /\bpypi-[A-Za-z0-9_-]{60,}/g,
  'token of Slack': /\bxox[abprs]-[A-Za-z0-9-]{20,}/g,
  'key of Google': /\bAIza[A-Za-z0-9_-]{35}\b/g,
  'key of Stripe': /\b[rs]k_live_[A-Za-z0-9]{20,}\b/g,
  'signed token (JWT)': /\beyJ[A-Za-z0-9_-]{15,}\.eyJ[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{20,}/g,
};

/** Invented or documented values, and where they are used. */
const INVENTED = new Set([
  'AKIAREALLOOKINGACCES', // the tests that no function sees a developer's credentials
]);

/** The secrets in a text, by their forms. */
function found(text: string): string[] {
  return Object.entries(FORMS).flatMap(([form, pattern]) =>
    [...text.matchAll(pattern)].flatMap(([value]) =>
      INVENTED.has(value) || value.endsWith('EXAMPLE') ? [] : [`${form}: ${value.slice(0, 8)}…`],
    ),
  );
}

test('no tracked file has a credential', () => {
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' }).split('\0').filter(Boolean);
  expect(files.length).toBeGreaterThan(500);
  const all = files.flatMap((file) =>
    found(readFileSync(join(ROOT, file), 'latin1')).map((what) => `${file}: ${what}`),
  );
  expect(all).toEqual([]);
});

// In pieces, so that this file has none.
test.each([
  ['AKIA', 'QWERTYUIOPASDFGH'],
  ['-----BEGIN RSA ', 'PRIVATE KEY-----'],
  ['ghp_', 'a'.repeat(36)],
  ['npm_', 'a'.repeat(36)],
  ['xoxb-', '1234567890-abcdefghij'],
  ['AIza', 'b'.repeat(35)],
  [`eyJ${'a'.repeat(20)}.`, `eyJ${'b'.repeat(20)}.${'c'.repeat(30)}`],
])('finds %s…', (begin, end) => {
  expect(found(`key = "${begin}${end}"`)).toHaveLength(1);
});
