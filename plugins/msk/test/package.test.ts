import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CompiledTemplate } from '../contract.ts';
import { notForMsk, properties } from '../package/properties.ts';

const cli = createRequire(import.meta.url).resolve('serverless/bin/serverless.js');
const output: string[] = [];

afterAll(() => Promise.all(output.map((directory) => rm(directory, { recursive: true }))));

const mappingId = 'OrdersEventSourceMappingMSKClusterOrders';

/** Packages the fixture with this `msk` event. @returns the compiled mapping's properties or, on failure, the output */
async function compile(event: object): Promise<Record<string, unknown> | string> {
  const { template, printed } = await packageFixture(event);
  return template?.Resources[mappingId]?.Properties ?? printed;
}

/** @param custom `custom.msk` of the service */
async function packageFixture(event: object, custom = {}): Promise<{ template?: CompiledTemplate; printed: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'msk-package-'));
  output.push(directory);
  const [failed, printed] = await new Promise<[failed: boolean, printed: string]>((resolve) => {
    const env = {
      ...process.env,
      MSK_EVENT: JSON.stringify(event),
      MSK_CUSTOM: JSON.stringify(custom),
      NODE_OPTIONS: '',
      SLS_DEPRECATION_DISABLE: '*',
    };
    const cwd = join(import.meta.dirname, 'fixture');
    execFile(process.execPath, [cli, 'package', '--package', directory], { cwd, env }, (error, stdout, stderr) =>
      resolve([error !== null, `${stdout}${stderr}`]),
    );
  });
  if (failed) return { printed };
  const json = await readFile(join(directory, 'cloudformation-template-update-stack.json'), 'utf8');
  return { printed, template: JSON.parse(json) as CompiledTemplate };
}

test('every property is in the compiled mapping, together with the framework’s own properties', async () => {
  const compiled = await compile({
    batchSize: 500,
    enabled: false,
    consumerGroupId: 'g',
    filterPatterns: [{ value: { type: ['order'] } }],
    startingPosition: 'AT_TIMESTAMP',
    startingPositionTimestamp: 1_700_000_000,
    // Only streams and SQS need a window for a batch size over 10.
    maximumBatchingWindow: 0,
    maximumRetryAttempts: 3,
    maximumRecordAgeInSeconds: 3600,
    bisectBatchOnFunctionError: true,
    functionResponseType: 'ReportBatchItemFailures',
    destinations: { onFailure: 'kafka://orders.dlq' },
    schemaRegistryConfig: {
      schemaRegistryUri: 'https://registry.example.com',
      eventRecordFormat: 'JSON',
      schemaValidationConfigs: [{ attribute: 'KEY' }, { attribute: 'VALUE' }],
      accessConfigs: [{ type: 'BASIC_AUTH', uri: { Ref: 'Secret' } }],
    },
    loggingConfig: { systemLogLevel: 'INFO' },
    metricsConfig: { metrics: ['EventCount', 'ErrorCount', 'KafkaMetrics'] },
    clientCertificateTlsAuth: { Ref: 'Secret' },
    kmsKeyArn: { 'Fn::GetAtt': ['Key', 'Arn'] },
    tags: { team: 'orders' },
    // The framework's own limit is 1000.
    provisionedPollerConfig: { minimumPollers: 1, maximumPollers: 2000, pollerGroupName: 'fleet' },
  });

  expect(compiled).toEqual({
    EventSourceArn: { Ref: 'Cluster' },
    FunctionName: { 'Fn::GetAtt': ['OrdersLambdaFunction', 'Arn'] },
    Topics: ['orders'],
    StartingPosition: 'AT_TIMESTAMP',
    StartingPositionTimestamp: 1_700_000_000,
    BatchSize: 500,
    Enabled: false,
    AmazonManagedKafkaEventSourceConfig: {
      ConsumerGroupId: 'g',
      SchemaRegistryConfig: {
        SchemaRegistryURI: 'https://registry.example.com',
        EventRecordFormat: 'JSON',
        SchemaValidationConfigs: [{ Attribute: 'KEY' }, { Attribute: 'VALUE' }],
        AccessConfigs: [{ Type: 'BASIC_AUTH', URI: { Ref: 'Secret' } }],
      },
    },
    FilterCriteria: { Filters: [{ Pattern: '{"value":{"type":["order"]}}' }] },
    MaximumBatchingWindowInSeconds: 0,
    MaximumRetryAttempts: 3,
    MaximumRecordAgeInSeconds: 3600,
    BisectBatchOnFunctionError: true,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    DestinationConfig: { OnFailure: { Destination: 'kafka://orders.dlq' } },
    LoggingConfig: { SystemLogLevel: 'INFO' },
    MetricsConfig: { Metrics: ['EventCount', 'ErrorCount', 'KafkaMetrics'] },
    SourceAccessConfigurations: [{ Type: 'CLIENT_CERTIFICATE_TLS_AUTH', URI: { Ref: 'Secret' } }],
    KmsKeyArn: { 'Fn::GetAtt': ['Key', 'Arn'] },
    Tags: [{ Key: 'team', Value: 'orders' }],
    ProvisionedPollerConfig: { MinimumPollers: 1, MaximumPollers: 2000, PollerGroupName: 'fleet' },
  });
});

test('null, e.g. from the parameter of a stage, sets nothing', async () => {
  const names = [...new Set(properties.map(({ path: [name = ''] }) => name)), ...notForMsk.keys()];

  const compiled = await compile(Object.fromEntries(names.map((name) => [name, null])));

  expect(Object.keys(compiled).sort()).toEqual(['EventSourceArn', 'FunctionName', 'StartingPosition', 'Topics']);
});

test('packaging fails with a line for each violated rule', async () => {
  const printed = await compile({ functionResponseType: 'ReportBatchItemFailures', tumblingWindowInSeconds: 60 });

  expect(printed).toMatch(
    /Function "orders", msk event on topic "orders": functionResponseType .*provisionedPollerConfig/,
  );
  expect(printed).toContain('Function "orders", msk event on topic "orders": tumblingWindowInSeconds is not for');
});

test('AT_TIMESTAMP without its timestamp fails packaging', async () => {
  const printed = await compile({ startingPosition: 'AT_TIMESTAMP' });

  expect(printed).toMatch(/startingPositionTimestamp for function: orders when startingPosition is AT_TIMESTAMP/);
});

test('only with custom.msk.iam, the function’s role gets the permissions that its mapping needs', async () => {
  const event = { consumerGroupId: 'g', destinations: { onFailure: { 'Fn::GetAtt': ['Failed', 'Arn'] } } };

  const { template: granted } = await packageFixture(event, { iam: true });
  const { template: left } = await packageFixture(event);

  const policies = (template?: CompiledTemplate) =>
    template?.Resources['IamRoleLambdaExecution']?.Properties?.['Policies'] as { PolicyName: unknown }[] | undefined;
  expect(policies(left)).toHaveLength(1);
  expect(policies(granted)).toEqual([
    ...(policies(left) ?? []),
    {
      PolicyName: 'msk-event-source-mappings',
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: expect.arrayContaining([
          { Effect: 'Allow', Action: ['sqs:SendMessage'], Resource: { 'Fn::GetAtt': ['Failed', 'Arn'] } },
        ]),
      },
    },
  ]);
});

test('the framework’s validation rejects what the schema does not allow', async () => {
  const printed = await compile({
    functionResponseType: 'Report',
    functionResponseTypes: 'ReportBatchItemFailures',
    maximumRetryAttempts: 10_001,
    maximumRecordAgeInSeconds: 59,
    destinations: { onFailure: 'orders.dlq' },
    loggingConfig: { systemLogLevel: 'TRACE' },
    metricsConfig: { metrics: ['Everything'] },
    schemaRegistryConfig: { schemaRegistryUri: 'http://registry' },
    provisionedPollerConfig: {
      minimumPollers: 201,
      maximumPollers: 2001,
      pollerGroupName: 'x'.repeat(129),
      group: 'g',
    },
  });

  const at = "at 'functions.orders.events.0.msk";
  const choice = 'must be equal to one of the allowed values';
  expect(printed).toContain(`${at}.functionResponseType': ${choice}`);
  expect(printed).toContain(`${at}': unrecognized property 'functionResponseTypes'`);
  expect(printed).toContain(`${at}.maximumRetryAttempts': must be <= 10000`);
  expect(printed).toContain(`${at}.maximumRecordAgeInSeconds': `);
  expect(printed).toContain(`${at}.destinations.onFailure': `);
  expect(printed).toContain(`${at}.loggingConfig.systemLogLevel': ${choice}`);
  expect(printed).toContain(`${at}.metricsConfig.metrics.0': ${choice}`);
  expect(printed).toContain(`${at}.schemaRegistryConfig': must have required property 'eventRecordFormat'`);
  expect(printed).toContain(`${at}.schemaRegistryConfig.schemaRegistryUri': `);
  expect(printed).toContain(`${at}.provisionedPollerConfig.minimumPollers': must be <= 200`);
  expect(printed).toContain(`${at}.provisionedPollerConfig.maximumPollers': must be <= 2000`);
  expect(printed).toContain(`${at}.provisionedPollerConfig': unrecognized property 'group'`);
  expect(printed).toContain(`${at}.provisionedPollerConfig.pollerGroupName': must NOT have more than 128 characters`);
});
