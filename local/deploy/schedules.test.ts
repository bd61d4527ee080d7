import { jest } from '@jest/globals';
import type { CompiledTemplate, TemplateResource } from '#msk';
import { runSchedules } from './run-schedules.ts';
import { type Schedule, scheduledEvent, schedulesOf } from './schedules.ts';

const lambdaArn = { 'Fn::GetAtt': ['CloseWindowsLambdaFunction', 'Arn'] };
const closeWindows = { logicalId: 'CloseWindowsEventsRuleSchedule1', functionLogicalId: 'CloseWindowsLambdaFunction' };

/** As the framework compiles `schedule: rate(1 minute)`. */
function rule(properties: object = {}, target: object = {}): TemplateResource {
  const Targets = [{ Arn: lambdaArn, Id: 'closeWindowsSchedule', ...target }];
  return {
    Type: 'AWS::Events::Rule',
    Properties: { ScheduleExpression: 'rate(1 minute)', State: 'ENABLED', Targets, ...properties },
  };
}

function schedulesIn(resource: TemplateResource, conditions = {}): ReturnType<typeof schedulesOf> {
  const template: CompiledTemplate = { Conditions: conditions, Resources: { [closeWindows.logicalId]: resource } };
  return schedulesOf(template, { template, references: {} });
}

describe('the schedules of a template', () => {
  test.each([
    ['rate(1 minute)', 60_000],
    ['rate(5 minutes)', 300_000],
    ['rate(2 hours)', 7_200_000],
    ['rate(1 day)', 86_400_000],
  ])('%s is every %d ms', (ScheduleExpression, milliseconds) => {
    expect(schedulesIn(rule({ ScheduleExpression }))).toEqual({
      schedules: [{ ...closeWindows, milliseconds, service: 'events' }],
      notRun: [],
    });
  });

  test('a schedule of EventBridge Scheduler is run too', () => {
    const Target = { Arn: lambdaArn, RoleArn: 'arn', Input: '{"a":1}' };
    const Properties = { ScheduleExpression: 'rate(1 minute)', State: 'ENABLED', Target };

    const { schedules } = schedulesIn({ Type: 'AWS::Scheduler::Schedule', Properties });

    expect(schedules).toEqual([{ ...closeWindows, milliseconds: 60_000, service: 'scheduler', input: { a: 1 } }]);
  });

  test('an input may refer to resources', () => {
    const { schedules } = schedulesIn(
      rule({}, { Input: { 'Fn::Join': ['', ['{"in":"', { Ref: 'AWS::Partition' }, '"}']] } }),
    );

    expect(schedules).toMatchObject([{ input: { in: 'aws' } }]);
  });

  test.each([
    ['is disabled', rule({ State: 'DISABLED' })],
    ['waits for events', rule({ ScheduleExpression: undefined, EventPattern: {} })],
    ['has a condition that does not hold', { ...rule(), Condition: 'Never' }],
  ])('a rule that %s is no schedule', (_, resource) => {
    const conditions = { Never: { 'Fn::Equals': ['a', 'b'] } };

    expect(schedulesIn(resource, conditions)).toEqual({ schedules: [], notRun: [] });
  });

  test.each([
    ['cron(0 12 * * ? *)', rule({ ScheduleExpression: 'cron(0 12 * * ? *)' })],
    ['no function of this template', rule({}, { Arn: 'arn:aws:sqs:us-east-1:1:queue' })],
    ['its input is made from the event', rule({}, { InputPath: '$.detail' })],
    ['its input is made from the event', rule({}, { InputTransformer: { InputTemplate: '1' } })],
  ])('a schedule that is not run locally has a line with the reason: %s', (why, resource) => {
    const { schedules, notRun } = schedulesIn(resource);

    expect(schedules).toEqual([]);
    expect(notRun).toEqual([expect.stringMatching(/^CloseWindowsEventsRuleSchedule1: /)]);
    expect(notRun[0]).toContain(why);
  });
});

test('the event has the form of EventBridge’s event', () => {
  const [schedule] = schedulesIn(rule()).schedules as [Schedule];

  expect(scheduledEvent(schedule, 'id-1', new Date('2026-11-21T10:11:12.345Z'))).toEqual({
    version: '0',
    id: 'id-1',
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '000000000000',
    time: '2026-11-21T10:11:12Z',
    region: 'us-east-1',
    resources: ['arn:aws:events:us-east-1:000000000000:rule/CloseWindowsEventsRuleSchedule1'],
    detail: {},
  });
});

describe('running schedules', () => {
  const schedule: Schedule = { ...closeWindows, milliseconds: 60_000, service: 'events' };
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });
  const minutes = (count: number) => jest.advanceTimersByTimeAsync(count * 60_000);

  test('invokes the function again and again, first after one period, each time with a new event', async () => {
    const invoked: [string, { id: string }][] = [];
    const invoke = async (name: string, event: unknown) => void invoked.push([name, event as { id: string }]);
    const running = runSchedules([schedule], invoke, () => {});
    await minutes(0.99);
    expect(invoked).toEqual([]);
    await minutes(3);
    await running.stop();
    await minutes(3);

    expect(invoked.map(([name]) => name)).toEqual(Array.from({ length: 3 }, () => 'CloseWindowsLambdaFunction'));
    expect(new Set(invoked.map(([, { id }]) => id)).size).toBe(3);
  });

  test('an invocation that fails is logged, and the next one runs', async () => {
    const lines: string[] = [];
    const invoke = () => Promise.reject(new Error('no brokers'));
    const running = runSchedules([schedule], invoke, (line) => lines.push(line));
    await minutes(2);
    await running.stop();

    const line = 'CloseWindowsEventsRuleSchedule1: CloseWindowsLambdaFunction failed: Error: no brokers';
    expect(lines).toEqual([line, line]);
  });

  test('two invocations of a schedule never run at once; a stop waits for a running one', async () => {
    const lines: string[] = [];
    const work = Promise.withResolvers<void>();
    let [started, stopped] = [0, false];
    const invoke = () => {
      started += 1;
      return work.promise;
    };
    const running = runSchedules([schedule], invoke, (line) => lines.push(line));
    await minutes(2);
    const stop = running.stop().then(() => {
      stopped = true;
    });
    await minutes(0.1);
    expect([started, stopped]).toEqual([1, false]);
    work.resolve();
    await stop;

    expect(lines).toEqual(['CloseWindowsEventsRuleSchedule1: skipped, because its former invocation still runs']);
  });
});
