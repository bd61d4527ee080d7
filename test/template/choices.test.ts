import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { type Choices, options, readChoices } from '#resources/choices/choices.ts';
import { functionParts, has, type Part, resourceParts } from '#resources/choices/parts.ts';
import { valuesOf } from '#resources/choices/values.ts';
import { templates } from './check/variants.ts';
import { fileName } from './compiled.ts';

const service = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFile(join(service, path), 'utf8');

type Params = Record<string, unknown>;

/** The params of each template that the rules look at. */
let given: Params[];
beforeAll(async () => {
  const { params } = parseDocument(await read('serverless.yml'), { logLevel: 'silent' }).toJS();
  given = Object.values(templates).map((one) => ({ ...params.default, ...params[one.stage], ...one.params }));
});
const choices = () => given as unknown as Choices[];

test.each(Object.entries(options).flatMap(([name, values]) => values.map((value) => [name, value])))(
  'a template has %s: %s',
  (name = '', value) => {
    expect(given.map((params) => params[name])).toContain(value);
  },
);

test.each([...resourceParts, ...functionParts])('a template has $file where the params are $when', (part: Part) => {
  expect(choices().filter((one) => has(one, part))).not.toHaveLength(0);
});

test.each([
  ['zones', 'searchZones', ['two one', 'three all']],
  ['search', 'admin', ['domain on', 'domain off', 'serverless on', 'serverless off']],
])('templates have each pair of %s and %s', (first, second, pairs) => {
  expect(given.map((params) => `${String(params[first])} ${String(params[second])}`)).toEqual(
    expect.arrayContaining(pairs),
  );
});

test('a template has, and a template lacks, each param that may be left out', async () => {
  const optional = new Set<string>();
  for await (const path of glob('{serverless.yml,{functions,resources}/**/*.yml}', { cwd: service })) {
    for (const [, name = ''] of (await read(path)).matchAll(/\$\{param:(\w+), null\}/g)) optional.add(name);
  }

  expect([...optional].toSorted()).toEqual([
    'databaseConcurrency',
    'functionResponseType',
    'permissionsBoundary',
    'pollers',
  ]);
  for (const name of optional) {
    expect(new Set(given.map((params) => name in params))).toEqual(new Set([true, false]));
  }
});

test('a param with a value that is not an option is an error that names the options', async () => {
  const resolveVariable = async (variable: string) => (variable === 'param:egress' ? 'none' : 'two');

  await expect(readChoices({ resolveVariable })).rejects.toThrow(
    'the param egress is "none": it must be one of nat, endpoints',
  );
});

test('a domain with nodes in one zone has one subnet', () => {
  const [dev] = choices().filter(({ searchZones }) => searchZones === 'one');

  expect(valuesOf(dev as Choices).searchSubnets).toEqual([{ Ref: 'PrivateSubnetA' }]);
});

test('the cache of templates has another file for other values of the params', () => {
  const names = [{ egress: 'nat' }, { egress: 'endpoints' }, {}].map((params) => fileName('dev', params));

  expect(new Set(names).size).toBe(3);
});
