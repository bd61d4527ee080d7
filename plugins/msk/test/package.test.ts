import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CompiledTemplate } from '../contract.ts';

const cli = createRequire(import.meta.url).resolve('serverless/bin/serverless.js');
const output: string[] = [];

afterAll(() => Promise.all(output.map((directory) => rm(directory, { recursive: true }))));

/** Packages the fixture with that `msk` event; resolves to the compiled mapping's properties, or what was printed. */
async function compile(event: object): Promise<Record<string, unknown> | string> {
  const directory = await mkdtemp(join(tmpdir(), 'msk-package-'));
  output.push(directory);
  const failure = await new Promise<string | undefined>((resolve) => {
    const env = { ...process.env, MSK_EVENT: JSON.stringify(event), NODE_OPTIONS: '', SLS_DEPRECATION_DISABLE: '*' };
    const cwd = join(import.meta.dirname, 'fixture');
    execFile(process.execPath, [cli, 'package', '--package', directory], { cwd, env }, (error, stdout, stderr) =>
      resolve(error ? `${stdout}${stderr}` : undefined),
    );
  });
  if (failure !== undefined) return failure;
  const json = await readFile(join(directory, 'cloudformation-template-update-stack.json'), 'utf8');
  const { Resources } = JSON.parse(json) as CompiledTemplate;
  return Resources['OrdersEventSourceMappingMSKClusterOrders']?.Properties ?? {};
}

const pollers = { minimumPollers: 1, maximumPollers: 3 };

test('the properties are in the compiled mapping, beside the framework’s own', async () => {
  const properties = await compile({
    batchSize: 50,
    enabled: false,
    consumerGroupId: 'g',
    maximumBatchingWindow: 0,
    functionResponseType: 'ReportBatchItemFailures',
    provisionedPollerConfig: { ...pollers, pollerGroupName: 'fleet' },
  });

  expect(properties).toMatchObject({
    EventSourceArn: { Ref: 'Cluster' },
    Topics: ['orders'],
    BatchSize: 50,
    Enabled: false,
    AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: 'g' },
    MaximumBatchingWindowInSeconds: 0,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    ProvisionedPollerConfig: { MinimumPollers: 1, MaximumPollers: 3, PollerGroupName: 'fleet' },
  });
}, 60_000);

test('null, as a stage’s parameter gives it, sets nothing', async () => {
  const properties = await compile({
    functionResponseType: null,
    provisionedPollerConfig: null,
    maximumBatchingWindow: null,
  });

  expect(Object.keys(properties).sort()).toEqual(['EventSourceArn', 'FunctionName', 'StartingPosition', 'Topics']);
}, 60_000);

test('a property that needs provisioned mode is refused without it', async () => {
  const printed = await compile({ functionResponseType: 'ReportBatchItemFailures' });

  expect(printed).toMatch(
    /Function "orders", msk event on topic "orders": functionResponseType .*provisionedPollerConfig/,
  );
}, 60_000);

test('the framework’s own validation refuses what the schema does not have', async () => {
  const printed = await compile({
    functionResponseType: 'Report',
    functionResponseTypes: 'ReportBatchItemFailures',
    provisionedPollerConfig: { pollerGroupName: 'x'.repeat(129), pollerGroup: 'fleet' },
  });

  expect(printed).toMatch(/functionResponseType': must be equal to one of the allowed values/);
  expect(printed).toContain("unrecognized property 'functionResponseTypes'");
  expect(printed).toContain("unrecognized property 'pollerGroup'");
  expect(printed).toMatch(/pollerGroupName': must NOT have more than 128 characters/);
}, 60_000);
