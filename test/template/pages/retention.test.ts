import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'yaml';
import { PACKAGING_MS, plainTemplate } from '../compiled.ts';
import { resources } from '../rules/rule.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const page = readFileSync(join(ROOT, 'docs', 'retention.md'), 'utf8');
const { params } = parse(readFileSync(join(ROOT, 'serverless.yml'), 'utf8'), { logLevel: 'error' }) as {
  params: Record<'default' | 'prod', Record<string, number>>;
};

const DAY_MS = 86_400_000;
/** The params of dev and prod that say how long something is kept, in the page's unit. */
const kept = Object.keys(params.default)
  .filter((name) => /Retention(Ms|Days|Months)$/.test(name))
  .map((name) => {
    const [dev = 0, prod = 0] = (['default', 'prod'] as const).map(
      (stage) => (params[stage][name] ?? params.default[name] ?? 0) / (name.endsWith('Ms') ? DAY_MS : 1),
    );
    return { name, dev, prod };
  });

test.each(kept)('docs/retention.md says how long $name keeps: $dev in dev, $prod in prod', ({ name, dev, prod }) => {
  const rows = page.split('\n').filter((line) => line.startsWith('|') && line.includes(`\`${name}\``));

  expect(rows).not.toEqual([]);
  for (const row of rows) {
    expect(row.match(/\b\d+\b/g)?.map(Number)).toEqual(expect.arrayContaining([dev, prod]));
  }
});

test(
  'docs/retention.md names each topic once, in the row of its retention',
  async () => {
    const topics = resources<{ TopicName: string }>(await plainTemplate('prod'), 'AWS::MSK::Topic');
    const table = page.slice(page.indexOf('## Topics'), page.indexOf('## Stores'));
    const named = [...table.matchAll(/^\| ([^|]+)\|/gm)].flatMap(
      ([, cell = '']) => cell.match(/[\w-]*[_-]\w+|\borders\b/g) ?? [],
    );

    expect(new Set(named).size).toBe(named.length);
    expect(new Set(named)).toEqual(new Set(topics.map(([, { TopicName }]) => TopicName)));
  },
  PACKAGING_MS,
);
