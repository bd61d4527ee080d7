import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { templates } from './check/variants.ts';
import { type Choice, choicesOf, takes } from './choices.ts';
import { fileName } from './compiled.ts';

const service = join(import.meta.dirname, '..', '..');

async function serviceFiles(): Promise<Map<string, string>> {
  const paths = ['serverless.yml'];
  for await (const path of glob('{functions,resources}/**/*.yml', { cwd: service })) paths.push(path);
  return new Map(
    await Promise.all(paths.map(async (path) => [path, await readFile(join(service, path), 'utf8')] as const)),
  );
}

/** Choices that neither a stage nor a variant takes. */
function untaken(files: ReadonlyMap<string, string>): Choice[] {
  const { params } = parseDocument(files.get('serverless.yml') ?? '', { logLevel: 'silent' }).toJS();
  const given = Object.values(templates).map((one) => ({ ...params.default, ...params[one.stage], ...one.params }));
  return choicesOf(files).filter((choice) => !given.some((all) => takes(all, choice)));
}

test('every choice that serverless.yml leaves is taken by a stage or a variant', async () => {
  expect(untaken(await serviceFiles())).toEqual([]);
});

test('a choice that nobody takes is found: a file, a key of a table, a param that may be left out', async () => {
  const files = await serviceFiles();
  const text = files.get('serverless.yml') ?? '';
  files.set('resources/admin-one.yml', '');
  files.set('resources/topics.yml', `\${param:replicator, null}`);
  files.set('serverless.yml', text.replace('avro-confluent: $', 'protobuf: "1"\n    avro-confluent: $'));

  expect(untaken(files)).toHaveLength(3);
  expect(untaken(files)).toEqual(
    expect.arrayContaining([{ loginsOutputFormat: 'protobuf' }, { replicator: '(given)' }, { admin: 'one' }]),
  );
});

test('what a picked file chooses from is a choice of two; what its own choice rules out is none', () => {
  const files = new Map([
    [
      'serverless.yml',
      `custom: { egress: { nat: "nat-\${param:zones}", none: closed } }
       resources: \${file(\${self:custom.egress.\${param:egress}}.yml)}`,
    ],
    ['nat-one.yml', ''],
    ['nat-two.yml', `\${self:custom.egress.\${param:egress}}`],
    ['closed.yml', `\${file(zones/\${param:zones}.yml)}`],
    ['zones/two.yml', `\${file(last-\${param:zones}.yml)} \${self:custom.egress.\${param:egress}}`],
    ['last-one.yml', ''],
  ]);

  expect(choicesOf(files)).toEqual([
    { egress: 'nat' },
    { egress: 'none' },
    { egress: 'nat', zones: 'one' },
    { egress: 'nat', zones: 'two' },
    { egress: 'none', zones: 'two' },
  ]);
});

test('templates of other values are kept apart', () => {
  const names = [{ egress: 'nat' }, { egress: 'endpoints' }, {}].map((params) => fileName('dev', params));

  expect(new Set(names).size).toBe(3);
});
