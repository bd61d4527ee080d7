import { jest } from '@jest/globals';
import { lambdaAnswers, uuidOf } from '#local/deploy/lambda-answers.ts';
import { type Refuser, refuseAws } from '#local/deploy/refuse-aws.ts';
import { NOWHERE } from '#local/deploy/servers.ts';
import type { StackFile } from '#local/stack-file.ts';
import type { MappingState, MappingStatus, MappingSwitch } from '#msk';
import { runCommand } from '../command.ts';
import { COUNTED_BY_PARTITION, type Producing } from '../scaling/care.ts';
import { pauseIn } from '../scaling/pause.ts';
import { mappings } from './mappings.ts';

const CHANGE_MS = 20;

/** A mapping whose switch takes a moment, as a real one's does. */
function mappingOf(name: string, topic: string, stage = 'local') {
  const status = { topic, group: `${name}-${topic}-v1`, state: 'Enabled' } as MappingStatus;
  const set = (state: MappingState) => {
    status.state = state;
  };
  return {
    mapping: {
      logicalId: name + topic,
      functionArn: `arn:aws:lambda:us-east-1:000000000000:function:msk-pipeline-${stage}-${name}`,
      eventSourceArn: 'arn',
      batchSize: 100,
      windowMilliseconds: 500,
    },
    status,
    modified: new Date(),
    switch(on: boolean) {
      if (status.state.endsWith('ing')) return false;
      set(on ? 'Enabling' : 'Disabling');
      setTimeout(set, CHANGE_MS, on ? 'Enabled' : 'Disabled');
      return true;
    },
  } satisfies MappingSwitch;
}

let refuser: Refuser;
let all: ReturnType<typeof mappingOf>[];
beforeAll(async () => {
  refuser = await refuseAws(
    () => {},
    lambdaAnswers(() => all),
  );
});
beforeEach(() => {
  all = [
    mappingOf('upsert', 'trips-topic'),
    mappingOf('processOrder', 'orders'),
    mappingOf('upsert', 'alerts-topic'),
    mappingOf('processOrder', 'orders', 'other'),
  ];
});
afterAll(() => refuser.close());

const stackAt = (aws: string) => ({ stage: 'local', endpoints: { aws } }) as StackFile;

async function run(...args: string[]) {
  const out = jest.spyOn(console, 'log').mockImplementation(() => {});
  const err = jest.spyOn(console, 'error').mockImplementation(() => {});
  const code = await runCommand(
    mappings(async () => stackAt(refuser.endpoint)),
    args,
  );
  const said = [...out.mock.calls, ...err.mock.calls].flat().join('\n');
  jest.restoreAllMocks();
  return { code, said };
}

const states = () => all.map(({ status }) => status.state);

test('lists the mappings of this stage, in order, with their UUIDs', async () => {
  const { code, said } = await run('list', '--json');

  expect(code).toBe(0);
  expect(JSON.parse(said)).toMatchObject([
    { function: 'processOrder', topic: 'orders', state: 'Enabled', uuid: uuidOf('processOrderorders') },
    { function: 'upsert', topic: 'alerts-topic', group: 'upsert-alerts-topic-v1' },
    { function: 'upsert', topic: 'trips-topic', lastResult: 'OK' },
  ]);
  expect((await run()).said).toMatch(/^processOrder \| orders +\| Enabled \| [0-9a-f-]{36} \| OK$/m);
});

test('switches all mappings of a function, or one, and waits until it is done', async () => {
  expect(await run('stop', 'upsert')).toMatchObject({ code: 0 });
  expect(states()).toEqual(['Disabled', 'Enabled', 'Disabled', 'Enabled']);

  expect(await run('start', 'upsert', 'trips-topic')).toEqual({ code: 0, said: 'upsert trips-topic is Enabled' });
  expect(states()).toEqual(['Enabled', 'Enabled', 'Disabled', 'Enabled']);

  expect(await run('stop', uuidOf('upsertalerts-topic'))).toEqual({
    code: 0,
    said: 'upsert alerts-topic is already Disabled',
  });
});

test('a mapping that is just being switched is switched when that is done', async () => {
  all[0]?.switch(false);

  expect(await run('start', 'upsert', 'trips-topic')).toMatchObject({ code: 0 });
  expect(states()).toEqual(['Enabled', 'Enabled', 'Enabled', 'Enabled']);
});

test.each([
  [['pause', 'upsert'], 'give list, stop NAME or start NAME, not "pause"'],
  [['stop'], 'name a function, as in: npm run mappings -- stop processOrder'],
  [['list', 'upsert'], 'list takes no name'],
  [['stop', 'nothing'], 'no mapping of a function "nothing"; there are mappings of processOrder, upsert'],
  [['stop', 'upsert', 'orders'], 'upsert doesn\'t read "orders", but alerts-topic, trips-topic'],
])('the arguments %j exit with code 2', async (args, message) => {
  expect(await run(...args)).toEqual({ code: 2, said: expect.stringContaining(message) });
  expect(new Set(states())).toEqual(new Set(['Enabled']));
});

test('npm run partitions pauses a function of the running stack, and resumes what it has paused', async () => {
  const producing = COUNTED_BY_PARTITION['processed-orders'] as Producing;
  const pause = pauseIn(stackAt(refuser.endpoint));
  const { signal } = new AbortController();

  const resume = await pause(producing, signal);
  expect(states()[1]).toBe('Disabled');
  expect(await pause(producing, signal)).toBeUndefined();
  await resume?.();
  expect(states()[1]).toBe('Enabled');
  await expect(pause({ ...producing, from: 'elsewhere' }, signal)).rejects.toThrow('no mapping of processOrder');
  await expect(pauseIn(stackAt(NOWHERE))(producing, signal)).rejects.toThrow('has no functions');
});
