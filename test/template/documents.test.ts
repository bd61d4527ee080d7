import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
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

test('every file and folder that a page names is there', async () => {
  const missing: string[] = [];
  for await (const file of glob('{*.md,docs/*.md,plugins/msk/*.md}', { cwd: service })) {
    const text = await readFile(join(service, file), 'utf8');
    const folders = 'functions|lib|resources|plugins|local|proof|cli|events|test|bench|docs';
    const quoted = text.matchAll(new RegExp(`\`((?:${folders})/[\\w./-]+)\``, 'g'));
    const linked = text.matchAll(/\]\(([\w./-]+?)(?:#[\w-]*)?\)/g);
    const here = dirname(join(service, file));
    for (const [, path = ''] of quoted) {
      const places = [service, here].flatMap((folder) => [join(folder, path), join(folder, `${path}.ts`)]);
      if (!places.some(existsSync)) missing.push(`${file}: ${path}`);
    }
    for (const [, path = ''] of linked) if (!existsSync(join(here, path))) missing.push(`${file}: ${path}`);
  }
  expect(missing).toEqual([]);
});
