import type { ParseArgsConfig } from 'node:util';
import { jest } from '@jest/globals';
import { type Command, runCommand } from '#cli/command.ts';
import { partitions } from '#cli/scaling/partitions.ts';
import { skew } from '#cli/scaling/skew.ts';
import { withAdmin } from '#cli/topic.ts';
import { kafkaOf, NOWHERE } from '#local/deploy/servers.ts';
import type { StackFile } from '#local/stack-file.ts';
import type { PartitionerName } from '#proof/load/partitioner.ts';
import { startLogins } from '#proof/logins/load/start.ts';
import { startBroker, type TestBroker } from '../support/broker.ts';

const LOGINS = 'user-login';
const PROCESSED = 'processed-orders';
const SCHEMAS = {
  confluent: undefined,
  glue: '0b1c2d3e-4f50-6172-8394-a5b6c7d8e9fa',
  glueProcessed: '1b1c2d3e-4f50-6172-8394-a5b6c7d8e9fa',
};

let broker: TestBroker;
beforeAll(async () => {
  broker = await startBroker([LOGINS, PROCESSED]);
});
afterAll(() => broker?.stop());

const findStack = async () => ({ endpoints: { kafka: broker.endpoint, aws: NOWHERE } }) as StackFile;

/** Runs a command on the test's broker. */
async function run<O extends NonNullable<ParseArgsConfig['options']>>(command: Command<O>, ...args: string[]) {
  const out = jest.spyOn(console, 'log').mockImplementation(() => {});
  const err = jest.spyOn(console, 'error').mockImplementation(() => {});
  try {
    const code = await runCommand(command, args);
    return { code, said: [...out.mock.calls, ...err.mock.calls].flat().join('\n') };
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
}

async function logins(partitioner: PartitionerName, prefix: string): Promise<number> {
  const options = { brokers: broker.endpoint, seed: 1, rate: 2_000, durationSeconds: 2, schemas: SCHEMAS };
  const load = await startLogins({ ...options, prefix, partitioner });
  await load.finished;
  const { topics, uncertain } = await load.stop();
  expect(uncertain).toEqual([]);
  return topics[LOGINS]?.acknowledged ?? 0;
}

const asAdmin: <T>(use: Parameters<typeof withAdmin<T>>[1]) => Promise<T> = (use) =>
  withAdmin(kafkaOf({ kafka: broker.endpoint }, 'test'), use);

async function partitionsIn(topic: string): Promise<number> {
  return (await asAdmin((admin) => admin.fetchTopicOffsets(topic))).length;
}

const skewIn = (said: string) => Number(/^largest \/ mean: ([\d.]+)$/m.exec(said)?.[1]);

test('the skew of logins is measured: by the hash of the user, and evenly', async () => {
  const sent = await logins('hash', 'H');
  const hashed = await run(skew(findStack), LOGINS, '--partitions', '6');
  expect(hashed).toMatchObject({ code: 0, said: expect.stringContaining(`${sent.toLocaleString('en-US')} records`) });
  expect(hashed.said).toContain("records elsewhere than Kafka's hash of their key leads: 0");
  expect(hashed.said).toContain("with 6 partitions by Kafka's hash: ");
  expect(hashed.said).not.toMatch(/H0\d+/);

  const more = await logins('even', 'E');
  const newest = await run(skew(findStack), LOGINS, '--count', String(more), '--reveal');
  expect(newest.said).toMatch(/"E0\d+"/);
  expect(newest.said).not.toMatch(/"H0\d+"/);
  expect(newest.said).toContain('keys in more than one partition: 0');
  expect(skewIn(newest.said)).toBeLessThan(1.01);
  expect(skewIn(newest.said)).toBeLessThan(skewIn(hashed.said));
});

test('a topic that is not there is a clear error', async () => {
  const missing = await run(skew(findStack), 'user-logins');
  expect(missing).toMatchObject({ code: 2, said: expect.stringContaining('no topic "user-logins"; the topics are') });
});

test('partitions are added, but not taken away, and a dry run changes nothing', async () => {
  expect(await run(partitions(findStack), LOGINS, '4', '--dry-run')).toMatchObject({ code: 0 });
  expect(await partitionsIn(LOGINS)).toBe(3);
  for (const count of ['2', '3']) {
    const said = expect.stringContaining('Kafka can only add some: give 4 or more');
    expect(await run(partitions(findStack), LOGINS, count)).toMatchObject({ code: 2, said });
  }
  const added = await run(partitions(findStack), LOGINS, '4');
  expect(added).toMatchObject({ code: 0, said: expect.stringContaining('user-login has 4 partitions') });
  expect(await partitionsIn(LOGINS)).toBe(4);
});

test('processed-orders gets partitions only while processOrder is switched off', async () => {
  const said = expect.stringContaining('the running stack has no functions');
  expect(await run(partitions(findStack), PROCESSED, '6')).toMatchObject({ code: 1, said });
  expect(await partitionsIn(PROCESSED)).toBe(3);

  expect(await run(partitions(findStack), PROCESSED, '6', '--anyway')).toMatchObject({ code: 0 });
  expect(await partitionsIn(PROCESSED)).toBe(6);
});
