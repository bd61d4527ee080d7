import { type Locked, lockedPackages } from './lock.ts';

/** Licences that ask only for their notice, so any package may have them. */
const FREE = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'Zlib',
  'CC0-1.0',
]);

/** Other licences, with the packages that have them, and why that is fine. None of them is in a deployed bundle. */
const ALLOWED: Record<string, { packages: string[]; why: string }> = {
  'MPL-2.0': { packages: ['axe-core'], why: 'runs in the tests of the page, unchanged' },
  'CC-BY-4.0': { packages: ['caniuse-lite'], why: 'data that a test tool reads' },
  'Python-2.0': { packages: ['argparse'], why: 'permissive; reads YAML inside the framework' },
  'PSF-2.0': { packages: ['argparse'], why: 'permissive; the same package, a newer version' },
};

/** Builds for other systems, which `npm run lock` completes without their licence: their main package has it. */
const BUILDS = /^@(biomejs\/cli|oxlint-tsgolint|oxlint\/binding|swc\/core|unrs\/resolver-binding)-?/;

/** Whether a licence's expression (SPDX) can be met: each part of AND, one part of OR. */
function isFree(expression: string): boolean {
  const plain = expression.replace(/^\((.*)\)$/, '$1');
  return plain.split(' OR ').some((choice) => choice.split(' AND ').every((part) => FREE.has(part)));
}

function isAllowed({ name, license, optional, dev }: Locked): boolean {
  if (license === undefined) return optional === true && BUILDS.test(name);
  return isFree(license) || (dev === true && (ALLOWED[license]?.packages.includes(name) ?? false));
}

test('each package has a licence of the list', () => {
  const found = lockedPackages();
  expect(found.length).toBeGreaterThan(500);
  expect(found.filter((each) => !isAllowed(each)).map(({ path, license }) => `${path}: ${license}`)).toEqual([]);
});

test('no licence stays on the list when no package has it any more', () => {
  const names = (license: string) => lockedPackages().flatMap((each) => (each.license === license ? each.name : []));
  const unused = Object.entries(ALLOWED).flatMap(([license, { packages }]) =>
    packages.filter((name) => !names(license).includes(name)),
  );
  expect(unused).toEqual([]);
});

test.each([
  ['GPL-3.0-or-later', false],
  ['(MIT OR GPL-3.0-or-later)', true],
  ['Apache-2.0 AND MIT', true],
  ['(MIT AND AGPL-3.0)', false],
  ['SEE LICENSE IN LICENSE', false],
])('%s is free: %s', (license, expected) => {
  expect(isFree(license)).toBe(expected);
});
