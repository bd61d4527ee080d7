import { readFileSync } from 'node:fs';
import { jest } from '@jest/globals';
import { runCommand } from '#cli/command.ts';
import { PACKAGING_MS } from '#test/template/compiled.ts';
import { cost } from './cost.ts';
import { DOMAINS, type Domain } from './domain.ts';
import { file, page, stages } from './page.ts';
import { readMeasured } from './stage.ts';

const measured = readMeasured();

test(
  'docs/cost.md is what node cost/page.ts writes',
  async () => {
    expect(readFileSync(file, 'utf8')).toBe(page(await stages(measured), measured));
  },
  PACKAGING_MS,
);

test(
  'each mapping of a domain was measured',
  async () => {
    const { prod } = await stages(measured);
    const names = (all: readonly { function: string; topic: string }[]) =>
      all.map((each) => `${each.function} ${each.topic}`);
    const topics: readonly string[] = Object.values(DOMAINS).flatMap((domain) => [...domain.topics]);

    const needed = names(prod.stage.mappings.filter(({ topic }) => topics.includes(topic)));

    expect(names(measured.mappings)).toEqual(expect.arrayContaining(needed));
  },
  PACKAGING_MS,
);

test('the measurement says when, where and of which commit it is', () => {
  expect(measured.date).toMatch(/^\d{4}-\d\d-\d\d$/);
  expect(measured.commit).toMatch(/^[0-9a-f]{7,}$/);
  expect(measured.machine).toMatch(/^\d+ x .+, Node v\d+/);
});

test.each(measured.mappings)('$function on $topic used something, and nothing less than 0', (usage) => {
  const { invocations, slices, records, bytes, logBytes, cpuMs, maxRssMb, calls } = usage;
  const amounts = Object.values(calls).flatMap((each) => Object.values(each) as number[]);
  const counted = [invocations, slices, records, bytes, logBytes, maxRssMb, cpuMs.batch + cpuMs.record];

  expect(counted.every((value) => value > 0)).toBe(true);
  expect([cpuMs.batch, cpuMs.record, ...amounts].every((value) => value >= 0)).toBe(true);
});

describe('npm run cost', () => {
  const printed = async (...args: string[]) => {
    const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    const error = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const code = await runCommand(cost, args);
    const text = [...log.mock.calls, ...error.mock.calls].flat().join('\n');
    jest.restoreAllMocks();
    return { code, text };
  };

  test.each(Object.keys(DOMAINS) as Domain[])(
    'prints what %s costs, what breaks first, and what the rate needs',
    async (domain) => {
      const { code, text } = await printed('--domain', domain, '--rate', '1000', '--stage', 'dev');

      expect(code).toBe(0);
      expect(text).toContain(`${domain}, 1000 records/s, stage dev`);
      expect(text).toMatch(/together +\d/);
      expect(text).toMatch(/\d % {2}partitions of /);
      expect(text).not.toMatch(/NaN|Infinity|undefined/);
    },
    PACKAGING_MS,
  );

  test('names the values that an option takes', async () => {
    expect(await printed('--domain', 'taxi')).toEqual({
      code: 2,
      text: expect.stringContaining('--domain takes fleet or orders or logins or demo, not "taxi"') as string,
    });
  });
});
