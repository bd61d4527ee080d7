import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { parse } from 'yaml';
import { routes } from '#functions/sinks/routes.ts';
import { ROOT } from '#local/stack-file.ts';
import { runCommand } from '../command.ts';
import { COUNTED_BY_PARTITION, meaningOf } from './care.ts';
import { partitions } from './partitions.ts';
import { templateChange } from './template-change.ts';

async function run(...args: string[]) {
  const out = jest.spyOn(console, 'log').mockImplementation(() => {});
  const err = jest.spyOn(console, 'error').mockImplementation(() => {});
  const code = await runCommand(
    partitions(() => Promise.reject(new Error('no stack is needed'))),
    args,
  );
  const said = [...out.mock.calls, ...err.mock.calls].flat().join('\n');
  jest.restoreAllMocks();
  return { code, said };
}

test.each([
  [[], 'give a topic and a number'],
  [['orders'], 'give a topic and a number'],
  [['orders', 'many'], 'a whole number up to 1000, not "many"'],
  [['orders', '2000'], 'a whole number up to 1000, not "2000"'],
  [['orders', '3', '--stage', 'dev'], 'orders has 3 partitions, and Kafka can only add some: give 4 or more'],
  [['nothing', '6', '--stage', 'dev'], 'no topic "nothing" in resources/kafka/topics.yml'],
])('the arguments %j exit with code 2', async (args, message) => {
  expect(await run(...args)).toEqual({ code: 2, said: expect.stringContaining(message) });
});

test('for a stage it prints the change of the template and the steps; processOrder is switched off for its topic', async () => {
  const plain = await run('user-login', '6', '--stage', 'dev');
  expect(plain.said).toMatch(/^- {6}PartitionCount: 3\n\+ {6}PartitionCount: 6$/m);
  expect(plain.said).toContain('2. npm run deploy -- --stage dev');
  expect(plain.said).not.toContain('mappings');
  const counted = await run('processed-orders', '6', '--stage', 'dev');
  expect(counted.said).toContain('1. npm run mappings -- stop processOrder orders --stage dev');
});

test('a change of the template is the line of that topic, with its comment', () => {
  const text = readFileSync(join(ROOT, 'resources/kafka/topics.yml'), 'utf8');
  const { now, diff } = templateChange(text, 'demo_topic', 4) ?? {};
  const [place, removed = '', added = ''] = diff ?? [];
  expect(now).toBe(2);
  expect(added).toBe('+      PartitionCount: 4 # a requirement');
  const at = Number(/\d+/.exec(place ?? '')?.[0]);
  expect(text.split('\n')[at - 1]).toBe(removed.slice(1));
  for (const topic of Object.keys(routes)) expect(templateChange(text, topic, 9)).toBeDefined();
});

test('the share of keys that move is computed, and compacted and counted topics are named', () => {
  expect(meaningOf('orders', 3, 6).join()).toContain('keys: 50 % of all keys');
  expect(meaningOf('orders', 3, 4).join()).toContain('keys: 75 % of all keys');
  expect(meaningOf('orders', 3, 4).join()).not.toMatch(/compaction|windows/);
  expect(meaningOf('trips-topic', 3, 4).join()).toContain('compaction: ');
  expect(meaningOf('processed-orders', 3, 4).join()).toContain('windows: ');
});

test('the function that must be quiet reads that topic with that group', () => {
  type Definitions = Record<string, { events: { msk: { topic: string; consumerGroupId: string } }[] }>;
  const text = readFileSync(join(ROOT, 'functions/orders/functions.yml'), 'utf8');
  const functions = parse(text, { merge: true, logLevel: 'silent' }) as Definitions;
  for (const { function: name, from, group } of Object.values(COUNTED_BY_PARTITION))
    expect(functions[name]?.events).toContainEqual({
      msk: expect.objectContaining({ topic: from, consumerGroupId: group }),
    });
});
