import { existsSync, globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { PACKAGING_MS, plainTemplate } from './compiled.ts';
import { audited, auditedTypes } from './rules/audit.ts';

const page = (name: string) => readFile(join(import.meta.dirname, '..', '..', 'docs', name), 'utf8');

/** Permissions for the five operations of AWS::MSK::Topic, besides kafka:* (MSK guide, "Topic operations"). */
const ofTopics = [
  'AlterTopic',
  'AlterTopicDynamicConfiguration',
  'Connect',
  'CreateTopic',
  'DeleteTopic',
  'DescribeTopic',
  'DescribeTopicDynamicConfiguration',
];

test('docs/deploy.md lists the permissions on topics that a deployment needs', async () => {
  const [, list = ''] = /the data plane: (.*?)\son the cluster/s.exec(await page('deploy.md')) ?? [];

  expect(list.match(/\w+(?=`)/g)?.toSorted()).toEqual(ofTopics);
});

test(
  'docs/security.md lists the data events in the trail',
  async () => {
    const [, list = ''] =
      /^\| CloudTrail data events \| yes \| (.*?), of everybody/m.exec(await page('security.md')) ?? [];

    const types = list.split(', ').map((name) => audited[name]);

    expect(types).toEqual(auditedTypes(await plainTemplate('prod')));
  },
  PACKAGING_MS,
);

const service = join(import.meta.dirname, '..', '..');

/** The pages: name and text. */
async function pages(): Promise<[string, string][]> {
  const names = globSync('{*.md,docs/*.md,plugins/msk/*.md,resources/connect/*.md}', { cwd: service });
  return Promise.all(names.map(async (name) => [name, await readFile(join(service, name), 'utf8')]));
}

test('every file and folder that a page names is there', async () => {
  const missing: string[] = [];
  const folders =
    'functions|lib|resources|plugins|local|proof|dashboard|cli|cost|events|test|bench|docs|observability|containers|airflow';
  for (const [name, text] of await pages()) {
    const here = dirname(join(service, name));
    for (const [, path = ''] of text.matchAll(new RegExp(`\`((?:${folders})/[\\w./*-]+)\``, 'g'))) {
      const places = [service, here].flatMap((folder) => [join(folder, path), join(folder, `${path}.ts`)]);
      if (globSync(places).length === 0) missing.push(`${name}: ${path}`);
    }
    for (const [, path = ''] of text.matchAll(/\]\(([\w./-]+?)(?:#[\w-]*)?\)/g))
      if (!existsSync(join(here, path))) missing.push(`${name}: ${path}`);
  }
  expect(missing).toEqual([]);
});

/** The anchors of a page, as GitHub makes them from its headings. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
}

test('every file that a page names without its folder is there', async () => {
  /** what readers get from elsewhere, or make themselves */
  const elsewhere = ['kafka-reassign-partitions.sh', 'user_login.v1.avsc', 'sbom.json'];
  const ours = globSync(
    '{*,{functions,lib,resources,plugins,local,proof,dashboard,cli,events,test,bench,docs,observability,containers}/**/*}',
    {
      cwd: service,
    },
  );
  const known = new Set([...ours.map((path) => basename(path)), ...elsewhere]);
  const missing = (await pages()).flatMap(([name, text]) =>
    [...text.matchAll(/`([\w.-]+\.(?:ts|cjs|yml|sql|avsc|ndjson|json|sh|md))`/g)]
      .filter(([, file = '']) => !known.has(file))
      .map(([, file]) => `${name}: ${file}`),
  );
  expect(missing).toEqual([]);
});

test('every heading that a page links to is there', async () => {
  const texts = new Map(await pages());
  const missing: string[] = [];
  let links = 0;
  for (const [name, text] of texts)
    for (const [, path = '', anchor = ''] of text.matchAll(/\]\(([\w./-]*)#([\w-]+)\)/g)) {
      const target = path === '' ? name : relative(service, join(service, dirname(name), path));
      links += 1;
      if (!anchorsOf(texts.get(target) ?? '').includes(anchor)) missing.push(`${name}: ${path}#${anchor}`);
    }
  expect(links).toBeGreaterThan(20);
  expect(missing).toEqual([]);
});

test('every script that a page runs with npm is in package.json', async () => {
  const { scripts } = JSON.parse(await readFile(join(service, 'package.json'), 'utf8'));
  const named = (await pages()).flatMap(([, text]) => [...text.matchAll(/npm run (?:--silent )?([\w:]+(?:-[\w]+)*)/g)]);

  expect(named.length).toBeGreaterThan(50);
  expect(named.map(([, name = '']) => name).filter((name) => scripts[name] === undefined)).toEqual([]);
});
