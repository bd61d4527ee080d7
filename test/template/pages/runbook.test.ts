import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { alarms } from '#resources/derived/alarms.ts';
import type { Service } from '#resources/derived/service.ts';
import { compiledTemplate, PACKAGING_MS } from '../compiled.ts';

/** A service that has every kind of alarm which its search allows. */
const service = (search: Service['search']): Service => ({
  name: 'msk-pipeline-test',
  archiveDatabase: 'msk_pipeline_test',
  alarmEmail: '',
  brokers: 1,
  functions: [
    {
      key: 'processOrder',
      stem: 'ProcessOrder',
      logicalId: 'ProcessOrderLambdaFunction',
      mappings: [{ logicalId: 'Mapping', topic: 'orders', group: 'processOrder-orders-v1', provisioned: true }],
      scheduled: 60,
      reserved: false,
      environment: {},
    },
  ],
  topics: ['orders'],
  topicIds: { orders: 'OrdersTopic' },
  tables: ['WindowsTable'],
  natGateways: [],
  waysOut: [],
  search,
  admin: 'on',
  mappingMetrics: ['ErrorCount'],
});

const descriptions = (['domain', 'serverless'] as const).flatMap((search) =>
  Object.entries(alarms(service(search)) as Record<string, { Properties: { AlarmDescription: string } }>).map(
    ([id, { Properties }]) => [id, Properties.AlarmDescription] as const,
  ),
);
const linkOf = (text: string) => /\. Runbook: docs\/runbook\.md#([\w-]+)$/.exec(text)?.[1];

const sections = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'runbook.md'), 'utf8')
  .split(/^## /m)
  .slice(1)
  .map((text) => {
    const [heading = ''] = text.split('\n', 1);
    return { anchor: heading.toLowerCase().replaceAll(' ', '-'), text };
  });

test('every alarm links to a section of docs/runbook.md, and every section is of an alarm', () => {
  expect(descriptions.filter(([, text]) => linkOf(text) === undefined)).toEqual([]);
  expect(new Set(sections.map(({ anchor }) => anchor))).toEqual(new Set(descriptions.map(([, text]) => linkOf(text))));
});

test(
  'every alarm of the compiled template links to a section, whichever file it is made in',
  async () => {
    const { Resources } = await compiledTemplate('prod');
    const links = Object.entries(Resources)
      .filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm')
      .map(([id, { Properties }]) => [id, linkOf(String(Properties?.['AlarmDescription']))] as const);

    expect(links.length).toBeGreaterThan(50);
    expect(links.filter(([, link]) => !sections.some(({ anchor }) => anchor === link))).toEqual([]);
  },
  PACKAGING_MS,
);

test('every section says what the alarm means, where to look, what to do, and what not to do', () => {
  const missing = sections.flatMap(({ anchor, text }) =>
    ['means', 'look first', 'do', "don't"].filter((row) => !text.includes(`\n| ${row} | `)).map((row) => [anchor, row]),
  );

  expect(missing).toEqual([]);
});

test("an alarm's link is the name of the alarm, so that a section can't be of another one", () => {
  // The function's alarm is named after the function, the table's after the table.
  const short: Record<string, string> = { 'function-fails': 'fails', 'table-throttled': 'throttled' };
  const wrong = descriptions.filter(([id, text]) => {
    const link = linkOf(text) ?? '';
    return !id.toLowerCase().endsWith((short[link] ?? link).replaceAll('-', ''));
  });

  expect(wrong).toEqual([]);
});
