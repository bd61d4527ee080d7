import type { CompiledTemplate } from '../contract.ts';
import { mskMappings } from './mapping.ts';

const arn = 'arn:aws:kafka:us-east-1:000000000000:cluster/c/1';
const minimal = {
  EventSourceArn: { Ref: 'Cluster' },
  FunctionName: { 'Fn::GetAtt': ['OrdersLambdaFunction', 'Arn'] },
  StartingPosition: 'TRIM_HORIZON',
  Topics: ['orders'],
};

function read(properties: Record<string, unknown>, resource: object = {}) {
  const template: CompiledTemplate = {
    Conditions: { Never: { 'Fn::Equals': [1, 2] } },
    Resources: {
      OrdersLambdaFunction: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'service-orders' } },
      OrdersMapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: { ...minimal, ...properties },
        ...resource,
      },
    },
  };
  const warnings: string[] = [];
  const references = { Cluster: { Ref: arn }, Name: { Ref: 'orders-topic' } };
  return { mappings: mskMappings(template, { template, references }, (line) => warnings.push(line)), warnings };
}

describe('mskMappings', () => {
  test('uses Lambda’s defaults', () => {
    expect(read({}).mappings).toEqual([
      {
        logicalId: 'OrdersMapping',
        functionLogicalId: 'OrdersLambdaFunction',
        functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:service-orders',
        eventSourceArn: arn,
        topic: 'orders',
        group: 'OrdersMapping',
        batchSize: 100,
        windowMilliseconds: 500,
        startingPosition: { at: 'TRIM_HORIZON' },
        reportsFailures: false,
        retry: {
          maximumRetryAttempts: Number.POSITIVE_INFINITY,
          maximumAgeMilliseconds: Number.POSITIVE_INFINITY,
          bisects: false,
          hasDestination: false,
        },
        concurrency: Number.POSITIVE_INFINITY,
      },
    ]);
  });

  test('reads all properties and resolves intrinsic functions', () => {
    const { mappings } = read({
      Topics: [{ Ref: 'Name' }],
      BatchSize: 7,
      MaximumBatchingWindowInSeconds: 0,
      AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: 'g' },
      StartingPosition: 'AT_TIMESTAMP',
      StartingPositionTimestamp: 1700000000,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ProvisionedPollerConfig: { MinimumPollers: 1 },
      MaximumRetryAttempts: 3,
      MaximumRecordAgeInSeconds: 60,
      BisectBatchOnFunctionError: true,
      DestinationConfig: { OnFailure: { Destination: 'kafka://dead' } },
      FunctionName: { 'Fn::Join': [':', [minimal.FunctionName, 'live']] },
    });

    expect(mappings[0]).toMatchObject({
      functionLogicalId: 'OrdersLambdaFunction',
      topic: 'orders-topic',
      group: 'g',
      batchSize: 7,
      windowMilliseconds: 0,
      startingPosition: { at: 'AT_TIMESTAMP', timestamp: 1700000000_000 },
      reportsFailures: true,
      retry: { maximumRetryAttempts: 3, maximumAgeMilliseconds: 60_000, bisects: true, hasDestination: true },
      onFailure: 'kafka://dead',
      concurrency: 1000,
    });
  });

  test('each poller adds five concurrent invocations', () => {
    expect(read({ ProvisionedPollerConfig: { MaximumPollers: 2 } }).mappings[0]).toMatchObject({ concurrency: 10 });
  });

  test.each([
    ['is disabled', { Enabled: false }, {}],
    ['has a condition that is false', {}, { Condition: 'Never' }],
    ['belongs to self-managed Kafka', { EventSourceArn: undefined, SelfManagedEventSource: {} }, {}],
    ['belongs to a queue', { Topics: undefined }, {}],
  ])('omits a mapping that %s', (_, properties, resource) => {
    expect(read(properties, resource).mappings).toEqual([]);
  });

  test('on-demand mode ignores retry limits, partial responses and a Kafka destination, with a warning', () => {
    const { mappings, warnings } = read({
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRetryAttempts: 3,
      MaximumRecordAgeInSeconds: 60,
      BisectBatchOnFunctionError: true,
      DestinationConfig: { OnFailure: { Destination: 'kafka://dead' } },
    });

    expect(mappings[0]).toMatchObject({ reportsFailures: false, retry: read({}).mappings[0]?.retry });
    expect(mappings[0]).not.toHaveProperty('onFailure');
    expect(warnings.map((line) => line.split(' ')[1])).toEqual([
      'BisectBatchOnFunctionError',
      'DestinationConfig',
      'FunctionResponseTypes',
      'MaximumRecordAgeInSeconds',
      'MaximumRetryAttempts',
    ]);
  });

  test('in on-demand mode, an ARN is a destination too', () => {
    const DestinationConfig = { OnFailure: { Destination: 'arn:aws:s3:::dead' } };

    expect(read({ DestinationConfig }).mappings[0]).toMatchObject({
      onFailure: 'arn:aws:s3:::dead',
      retry: { maximumRetryAttempts: 10 },
    });
  });

  test('a destination with an unknown reference is named by the reference', () => {
    const DestinationConfig = { OnFailure: { Destination: { 'Fn::GetAtt': ['Queue', 'Arn'] } } };

    expect(read({ DestinationConfig }).mappings[0]).toMatchObject({
      onFailure: '{"Fn::GetAtt":["Queue","Arn"]}',
      retry: { maximumRetryAttempts: 10 },
    });
  });

  test('properties that have no effect on this machine may have unknown references', () => {
    const Ref = { Ref: 'Nothing' };
    const { mappings } = read({ KmsKeyArn: Ref, SourceAccessConfigurations: [{ URI: Ref }], Tags: [{ Value: Ref }] });

    expect(mappings).toHaveLength(1);
  });

  test('warns that a schema registry is for the package only', () => {
    const AmazonManagedKafkaEventSourceConfig = { SchemaRegistryConfig: { SchemaRegistryURI: 'arn:aws:glue:…' } };

    expect(read({ AmazonManagedKafkaEventSourceConfig }).warnings).toEqual([
      expect.stringContaining('SchemaRegistryConfig is for the package only'),
    ]);
  });

  test('reads filters without a warning', () => {
    const Pattern = { 'Fn::Join': ['', ['{"value":{"cluster":["', { Ref: 'Cluster' }, '"]}}']] };
    const { mappings, warnings } = read({ FilterCriteria: { Filters: [{ Pattern }] } });
    const passes = (cluster: string) => mappings[0]?.filter?.(Buffer.from(JSON.stringify({ cluster })));

    expect([passes(arn), passes('other'), warnings]).toEqual([true, false, []]);
    expect(read({ FilterCriteria: { Filters: [] } }).mappings[0]).not.toHaveProperty('filter');
  });

  test.each([
    [{ EventSourceArn: { Ref: 'Nothing' } }, 'OrdersMapping: Ref Nothing'],
    [{ FunctionName: 'elsewhere' }, 'OrdersMapping: FunctionName'],
    [{ StartingPosition: 'AT_TIMESTAMP' }, 'OrdersMapping: AT_TIMESTAMP needs'],
    [{ StartingPosition: 'TRIM' }, 'OrdersMapping: StartingPosition TRIM'],
    [{ FilterCriteria: { Filters: [{ Pattern: '{' }] } }, 'OrdersMapping: FilterCriteria, pattern 1'],
  ])('names the mapping and what is wrong in %j', (properties, message) => {
    expect(() => read(properties)).toThrow(message);
  });
});
