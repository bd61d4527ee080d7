import { eachOnce } from '../judge/delivery.ts';
import { committedInTheEnd } from '../judge/failures.ts';
import { numbered, type Row, request, texts } from '../rows/row.ts';
import { startOnAws } from './aws.ts';
import { type AwsDouble, startAwsDouble } from './aws-double.ts';
import { runRows } from './run-rows.ts';
import { awsPage } from './table.ts';

const cluster = 'arn:aws:kafka:eu-west-1:123456789012:cluster/demo/abc-1';
const times = { patience: 10, look: 5, quiet: 20, limit: 300 };
const usual = { ...process.env };
let aws: AwsDouble;
let commands: string[][];
const framework = async (args: readonly string[]) => {
  commands.push([...args]);
};

beforeEach(async () => {
  aws = await startAwsDouble();
  commands = [];
  Object.assign(process.env, { AWS_ENDPOINT_URL: aws.url, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
});
afterEach(() => {
  aws.close();
  process.env = { ...usual };
});

const rows: Row[] = [
  {
    id: 'one',
    rule: 'rule one',
    before: [request(...numbered(0, 0, 2))],
    steps: [[request(...numbered(0, 2, 1))]],
    judge: (seen) => [...eachOnce(seen, { 0: texts(0, 3) }), ...committedInTheEnd(seen, { 0: 3 })],
  },
  { id: 'two', rule: 'rule two', steps: [[request({ value: 'x' })]], judge: (seen) => eachOnce(seen, { 0: ['x'] }) },
];
const start = () => startOnAws({ stage: 'try', cluster, rows, only: [] }, times, framework);

test('deploys disabled mappings, produces, deploys enabled ones, judges what the log has, and removes the service', async () => {
  const place = await start();
  expect(
    commands.map(([command, ...args]) => [command, args.find((arg) => arg.startsWith('--param=enabled'))]),
  ).toEqual([
    ['deploy', '--param=enabled=false'],
    ['deploy', '--param=enabled=true'],
  ]);
  expect(commands[0]).toEqual(
    expect.arrayContaining([
      ...['--stage', 'try', '--region', 'eu-west-1', `--param=cluster=${cluster}`, '--param=auth=iam'],
      ...['--param=brokers=b-1.x:9098,b-2.x:9098', '--param=subnets=subnet-1,subnet-2', '--param=securityGroups=sg-1'],
    ]),
  );

  const results = await runRows(rows, place);
  await place.stop();

  expect(results.map(({ row, differences, records }) => [row.id, differences, records])).toEqual([
    ['one', [], 3],
    ['two', [], 1],
  ]);
  expect(commands.at(-1)?.[0]).toBe('remove');
});

test('conformance-aws.md says difference by difference what AWS did otherwise', async () => {
  aws.lost.add('1');
  const results = await runRows(rows, await start());

  const page = awsPage(results, { region: 'eu-west-1', day: '2026-01-01' });
  expect(page).toContain(
    '### one: rule one\n\n- partition 0: expected ["0","1","2"], the function got ["0","2"]\n\n## All rows',
  );
  expect(page).toContain('| two | rule two | 1 records in 1 invocations | as documented |');
  expect(page).not.toContain('123456789012');
});

test('a mapping that never reads is a difference', async () => {
  aws.lost.add('hello');

  const [, two] = await runRows(rows, await start());

  expect(two?.differences).toContain('the function did not get the records of the step before');
});

test('an error of the function is told, and the service is removed', async () => {
  aws.failure = 'KAFKA_BROKERS must name the brokers';

  await expect(start()).rejects.toThrow(/try-kafka failed on "produce".*must name the brokers/);
  expect(commands.map(([command]) => command)).toEqual(['deploy', 'remove']);
});
