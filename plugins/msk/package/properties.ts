import type { JsonSchema, MskEventDefinition } from '../serverless.ts';

/** A property of AWS::Lambda::EventSourceMapping that the framework's `msk` event doesn't have or doesn't compile. */
export interface Property {
  /** Path in the `msk` event. */
  path: readonly string[];
  /** Absent if the framework's own schema has the property. */
  schema?: JsonSchema;
  /** Whether Lambda accepts the value in provisioned mode only. */
  provisioned: (value: unknown) => boolean;
  /** The properties to add to the compiled mapping. Nested objects are merged. */
  compile: (value: unknown) => Record<string, unknown>;
}

/** Prefix of an on-failure destination that is a topic in the cluster of the event source. */
export const kafkaScheme = 'kafka://';

const always = () => true;
const never = () => false;
const arn: JsonSchema = { $ref: '#/definitions/awsArn' };
const pollers = (maximum: number): JsonSchema => ({ type: 'integer', minimum: 1, maximum });

/** Names and limits are from CloudFormation's AWS::Lambda::EventSourceMapping, modes are from the Lambda guide. */
export const properties: readonly Property[] = [
  {
    path: ['functionResponseType'],
    schema: { enum: ['ReportBatchItemFailures'] },
    provisioned: always,
    compile: (value) => ({ FunctionResponseTypes: [value] }),
  },
  {
    path: ['maximumRetryAttempts'],
    schema: { type: 'integer', minimum: -1, maximum: 10_000 },
    provisioned: always,
    compile: (value) => ({ MaximumRetryAttempts: value }),
  },
  {
    path: ['maximumRecordAgeInSeconds'],
    schema: { anyOf: [{ const: -1 }, { type: 'integer', minimum: 60, maximum: 604_800 }] },
    provisioned: always,
    compile: (value) => ({ MaximumRecordAgeInSeconds: value }),
  },
  {
    path: ['bisectBatchOnFunctionError'],
    schema: { type: 'boolean' },
    // False is the default.
    provisioned: (value) => value === true,
    compile: (value) => ({ BisectBatchOnFunctionError: value }),
  },
  {
    path: ['destinations'],
    schema: object(
      {
        onFailure: {
          anyOf: [
            { type: 'string', pattern: '^(arn:[a-z-]+:(sqs|sns|s3):.+|kafka://[a-zA-Z0-9._-]{1,249})$' },
            { $ref: '#/definitions/awsCfFunction' },
          ],
        },
      },
      ['onFailure'],
    ),
    provisioned: (value) => String(child(value, 'onFailure')).startsWith(kafkaScheme),
    compile: (value) => ({ DestinationConfig: { OnFailure: { Destination: child(value, 'onFailure') } } }),
  },
  {
    path: ['schemaRegistryConfig'],
    schema: object(
      {
        schemaRegistryUri: {
          anyOf: [
            { type: 'string', pattern: '^(arn:[a-z-]+:glue:.+|https://.+)$' },
            { $ref: '#/definitions/awsCfFunction' },
          ],
        },
        eventRecordFormat: { enum: ['JSON', 'SOURCE'] },
        schemaValidationConfigs: list(object({ attribute: { enum: ['KEY', 'VALUE'] } }, ['attribute'])),
        accessConfigs: list(
          object(
            { type: { enum: ['BASIC_AUTH', 'CLIENT_CERTIFICATE_TLS_AUTH', 'SERVER_ROOT_CA_CERTIFICATE'] }, uri: arn },
            ['type', 'uri'],
          ),
        ),
      },
      ['schemaRegistryUri', 'eventRecordFormat'],
    ),
    provisioned: always,
    compile: (value) => ({
      AmazonManagedKafkaEventSourceConfig: { SchemaRegistryConfig: inCloudFormationCase(value) },
    }),
  },
  {
    path: ['loggingConfig'],
    schema: object({ systemLogLevel: { enum: ['DEBUG', 'INFO', 'WARN'] } }, ['systemLogLevel']),
    provisioned: always,
    compile: (value) => ({ LoggingConfig: inCloudFormationCase(value) }),
  },
  {
    path: ['metricsConfig'],
    schema: object({ metrics: list({ enum: ['EventCount', 'ErrorCount', 'KafkaMetrics'] }) }, ['metrics']),
    provisioned: never,
    compile: (value) => ({ MetricsConfig: inCloudFormationCase(value) }),
  },
  {
    path: ['clientCertificateTlsAuth'],
    schema: arn,
    provisioned: never,
    compile: (value) => ({ SourceAccessConfigurations: [{ Type: 'CLIENT_CERTIFICATE_TLS_AUTH', URI: value }] }),
  },
  {
    path: ['kmsKeyArn'],
    schema: { $ref: '#/definitions/awsKmsArn' },
    provisioned: never,
    compile: (value) => ({ KmsKeyArn: value }),
  },
  {
    path: ['tags'],
    schema: { $ref: '#/definitions/awsResourceTags' },
    provisioned: never,
    compile: (value) => ({ Tags: Object.entries(value ?? {}).map(([Key, Value]) => ({ Key, Value })) }),
  },
  {
    // The framework's own limit is 1000 for both properties.
    path: ['provisionedPollerConfig', 'minimumPollers'],
    schema: pollers(200),
    provisioned: always,
    compile: () => ({}),
  },
  {
    path: ['provisionedPollerConfig', 'maximumPollers'],
    schema: pollers(2000),
    provisioned: always,
    compile: () => ({}),
  },
  {
    path: ['provisionedPollerConfig', 'pollerGroupName'],
    schema: { type: 'string', minLength: 1, maxLength: 128 },
    provisioned: always,
    compile: (value) => ({ ProvisionedPollerConfig: { PollerGroupName: value } }),
  },
  {
    // The framework accepts 0 but drops it. Lambda's default of 500 ms would then apply.
    path: ['maximumBatchingWindow'],
    provisioned: never,
    compile: (value) => ({ MaximumBatchingWindowInSeconds: value }),
  },
];

/** Properties of other event sources, with the names of these sources for the error message. */
export const notForMsk: ReadonlyMap<string, string> = new Map([
  ['maximumConcurrency', 'Amazon SQS'],
  ['parallelizationFactor', 'Kinesis and DynamoDB streams'],
  ['tumblingWindowInSeconds', 'Kinesis and DynamoDB streams'],
]);

/** The properties that an event sets. Null sets nothing: the parameter of a stage may be null. */
export function setProperties(event: MskEventDefinition): { property: Property; value: unknown }[] {
  return properties
    .map((property) => ({ property, value: property.path.reduce<unknown>((at, key) => child(at, key), event) }))
    .filter(({ value }) => value !== undefined && value !== null);
}

function child(value: unknown, key: string): unknown {
  return value !== null && typeof value === 'object' ? (value as Record<string, unknown>)[key] : undefined;
}

function object(members: Record<string, JsonSchema>, required: string[]): JsonSchema {
  return { type: 'object', properties: members, required, additionalProperties: false };
}

function list(items: JsonSchema): JsonSchema {
  return { type: 'array', items, minItems: 1, uniqueItems: true };
}

/** `schemaRegistryUri` becomes SchemaRegistryURI. Intrinsic functions don't change. */
function inCloudFormationCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inCloudFormationCase);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([, item]) => item !== null);
  if (entries.some(([key]) => key === 'Ref' || key.startsWith('Fn::'))) return value;
  return Object.fromEntries(
    entries.map(([key, item]) => [
      key.replace(/^./, (first) => first.toUpperCase()).replace(/uri$/i, 'URI'),
      inCloudFormationCase(item),
    ]),
  );
}
