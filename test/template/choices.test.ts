import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { type Choices, options, readChoices } from '#resources/choices/choices.ts';
import { checkGiven, usedParams } from '#resources/choices/given.ts';
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
  const resolveVariable = async (variable: string) =>
    ({ 'param:egress': 'none', 'param:kafkaAuth': 'iam' })[variable] ?? 'two';

  await expect(readChoices({ resolveVariable })).rejects.toThrow(
    'the param egress is "none": it must be one of nat, endpoints',
  );
});

test.each([
  ['prod', ['windowBuckets=10', 'topicEpochs={"demo_topic":1}', 'permissionsBoundary=arn:aws:iam::1:policy/a=b'], ''],
  ['dev', ['egress=nat', 'windowBukets=10'], 'no param is called "windowBukets"; the params are admin, '],
  ['dev', ['deletionProtection'], ''],
  ['mystage2', undefined, ''],
  ['fifteenletters0', undefined, ''],
  ['sixteenletters00', undefined, 'the stage "sixteenletters00" needs another name: at most 15 lower-case letters'],
  ['my-stage', undefined, 'the stage "my-stage" needs another name'],
  ['2nd', undefined, 'the stage "2nd" needs another name'],
])('stage %s with the params %j: the error is "%s"', async (stage, param, error) => {
  const checked = checkGiven({
    options: param === undefined ? {} : { param },
    resolveVariable: async () => stage,
  });

  await (error === '' ? expect(checked).resolves.toBeUndefined() : expect(checked).rejects.toThrow(error));
});

test('the template uses every param of serverless.yml, of the variants, and of docs/deploy.md', async () => {
  const page = await read('docs/deploy.md');
  const [, table = ''] = /\n## Params\n(.*?)\n## /s.exec(page) ?? [];
  const inTable = [...table.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, names = '']) => names.match(/\w+/g) ?? []);
  const inText = [...page.matchAll(/--param '?(\w+)=/g)].map(([, name]) => name).filter((name) => name !== 'name');

  expect(inTable.length).toBeGreaterThan(20);
  const used = usedParams();
  expect([...given.flatMap(Object.keys), ...inTable, ...inText].filter((name) => !used.has(name ?? ''))).toEqual([]);
});

test('a domain with nodes in one zone has one subnet', () => {
  const [dev] = choices().filter(({ searchZones }) => searchZones === 'one');

  expect(valuesOf(dev as Choices).searchSubnets).toEqual([{ Ref: 'PrivateSubnetA' }]);
});

test('the cache of templates has another file for other values of the params', () => {
  const names = [{ egress: 'nat' }, { egress: 'endpoints' }, {}].map((params) => fileName('dev', params));

  expect(new Set(names).size).toBe(3);
});
