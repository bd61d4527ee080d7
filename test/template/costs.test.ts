import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CompiledTemplate } from '#msk';
import { plainTemplates, templates } from './check/variants.ts';
import { PACKAGING_MS } from './compiled.ts';
import { costs, endpointCosts, FURTHER, pollerUnits } from './costs.ts';
import { mappings } from './rules/functions.ts';

const stages = ['dev', 'prod'];
const [closed = ''] = Object.entries(templates)
  .filter(([, { params }]) => params['egress'] === 'endpoints' && params['notifications'] !== 'on')
  .map(([name]) => name);

let compiled: Map<string, CompiledTemplate>;
let text: string;
beforeAll(async () => {
  text = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'deploy.md'), 'utf8');
  compiled = await plainTemplates([...stages, closed]);
}, PACKAGING_MS);
const templateOf = (name: string) => compiled.get(name) as CompiledTemplate;

/** The table of costs: the start of each row, and the number at the end of each stage's cell. */
function written(): [row: string, dev: number, prod: number][] {
  const [, table = ''] = /^## What it costs\n.*?\n(\|.*?)\n\n/ms.exec(text) ?? [];
  return table
    .split('\n')
    .slice(2)
    .map((line) => {
      const [, row = '', dev = '', prod = ''] = line.split('|').map((cell) => cell.trim());
      return [row, figure(dev), figure(prod)];
    });
}
const figure = (cell: string) => Number(/(\d+)$/.exec(cell)?.[1]);

test.each(stages)('docs/deploy.md has the costs of the template of %s', (stage) => {
  const column = stages.indexOf(stage) + 1;
  const found = Object.keys(costs(templateOf(stage))).map((name) => {
    const row = written().find(([first]) => first.startsWith(name));
    return [name, row?.[column]];
  });

  expect(found).toEqual(Object.entries(costs(templateOf(stage))).map(([name, usd]) => [name, Math.round(usd)]));
});

test('the sums in docs/deploy.md are those of the rows, rounded to 10 USD', () => {
  const rows = written().filter(([row]) => !row.startsWith('**all'));
  const sums = [1, 2].map((column) => rows.reduce((sum, row) => sum + (Number(row[column]) || 0), 0));

  const [, dev, prod] = /\| \*\*all\*\* \| \*\*about (\d+)\*\* \| \*\*about (\d+),/.exec(text) ?? [];

  expect([dev, prod]).toEqual(sums.map((usd) => String(Math.round(usd / 10) * 10)));
});

test.each(stages)('the other rows of %s in docs/deploy.md are in FURTHER', (stage) => {
  const names = Object.keys(costs(templateOf(stage)));
  const others = written().filter(([row]) => !row.startsWith('**all') && !names.some((name) => row.startsWith(name)));

  const sum = others.reduce((total, row) => total + (Number(row[stages.indexOf(stage) + 1]) || 0), 0);

  expect(FURTHER[stage]).toBe(sum);
});

test('docs/deploy.md has the costs of interface endpoints in two zones', () => {
  const [, usd] =
    /eight endpoints take the place of the NAT: 8 x zones x 7\.30, so (\d+) for two zones/.exec(
      text.replaceAll('\n', ' '),
    ) ?? [];

  expect(usd).toBe(String(Math.round(endpointCosts(templateOf(closed)))));
});

test.each([
  { pollers: 10, units: 1 },
  { pollers: 11, units: 2 },
  { pollers: 40, units: 4 },
])('$pollers pollers in one group are billed as $units units', ({ pollers, units }) => {
  const template = structuredClone(templateOf('prod'));
  for (const [id, { ProvisionedPollerConfig }] of mappings(template).toReversed()) {
    if (ProvisionedPollerConfig) ProvisionedPollerConfig.MinimumPollers = 1;
    if (mappings(template).length > 10) delete template.Resources[id];
  }
  const [[, mapping] = []] = mappings(template);
  if (mapping?.ProvisionedPollerConfig) mapping.ProvisionedPollerConfig.MinimumPollers = pollers - 9;

  expect(pollerUnits(template)).toBe(units);
});

test('mappings without a group are billed separately, on-demand mappings not at all', () => {
  const template = structuredClone(templateOf('prod'));
  for (const [, { ProvisionedPollerConfig }] of mappings(template)) delete ProvisionedPollerConfig?.PollerGroupName;
  expect(pollerUnits(template)).toBe(mappings(template).length);
  expect(pollerUnits(templateOf('dev'))).toBe(0);
});
