import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
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
