import type { CompiledTemplate, TemplateResource } from '../contract.ts';
import { type FilterCriteria, type ValueFilter, valueFilter } from './filters.ts';
import { type RetryPolicy, type RetryProperties, retryPolicy } from './retry-policy.ts';
import { holds, resolve, type TemplateContext } from './template.ts';

/** A compiled AWS::Lambda::EventSourceMapping of an Amazon MSK cluster, with Lambda's defaults. */
export interface Mapping {
  logicalId: string;
  /** Logical id of its AWS::Lambda::Function. */
  functionLogicalId: string;
  functionArn: string;
  eventSourceArn: string;
  topic: string;
  group: string;
  batchSize: number;
  windowMilliseconds: number;
  startingPosition: StartingPosition;
  /** Whether FunctionResponseTypes contains ReportBatchItemFailures, in provisioned mode. */
  reportsFailures: boolean;
  retry: RetryPolicy;
  /** Maximum number of concurrent invocations. */
  concurrency: number;
  /** ARN of an SQS queue, an SNS topic or an S3 bucket, or `kafka://<topic>`. */
  onFailure?: string;
  /** Tests the mapping's FilterCriteria. Absent if every record passes. */
  filter?: ValueFilter;
}

/** `timestamp` in milliseconds. */
export type StartingPosition = { at: 'TRIM_HORIZON' | 'LATEST' } | { at: 'AT_TIMESTAMP'; timestamp: number };

/**
 * Whether a mapping sets a property that has no effect in on-demand mode (AWS: "Kafka event poller scaling modes",
 * advanced error handling).
 */
const provisionedOnly: Readonly<Record<string, (properties: MappingProperties, destination?: string) => boolean>> = {
  BisectBatchOnFunctionError: ({ BisectBatchOnFunctionError }) => BisectBatchOnFunctionError === true,
  DestinationConfig: (_, destination) => destination?.startsWith('kafka:') === true,
  FunctionResponseTypes: ({ FunctionResponseTypes }) => (FunctionResponseTypes?.length ?? 0) > 0,
  MaximumRecordAgeInSeconds: ({ MaximumRecordAgeInSeconds = -1 }) => MaximumRecordAgeInSeconds !== -1,
  MaximumRetryAttempts: ({ MaximumRetryAttempts = -1 }) => MaximumRetryAttempts !== -1,
};

/**
 * The enabled MSK mappings of a compiled template.
 *
 * @param warn called with a line about each property that has no effect
 * @throws Error that names the mapping and what is wrong
 */
export function mskMappings(
  template: CompiledTemplate,
  context: TemplateContext,
  warn: (line: string) => void,
): Mapping[] {
  const found = Object.entries(template.Resources).filter(([, resource]) => isMskMapping(resource, context));
  return found.flatMap(([logicalId, { Properties = {} }]) => {
    try {
      return readMapping(logicalId, Properties, template, context, warn) ?? [];
    } catch (error) {
      throw new Error(`${logicalId}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  });
}

/** A mapping of a Kafka cluster that isn't Amazon MSK has a SelfManagedEventSource instead of an EventSourceArn. */
function isMskMapping({ Type, Properties, Condition }: TemplateResource, context: TemplateContext): boolean {
  const kafka = Type === 'AWS::Lambda::EventSourceMapping' && Properties?.['Topics'] && Properties['EventSourceArn'];
  return Boolean(kafka) && (Condition === undefined || holds(Condition, context));
}

function readMapping(
  logicalId: string,
  { FunctionName, ...unresolved }: Record<string, unknown>,
  template: CompiledTemplate,
  context: TemplateContext,
  warn: (line: string) => void,
): Mapping | undefined {
  const properties = resolve(pick(unresolved), context) as MappingProperties;
  if (properties.Enabled === false) return undefined;
  const destination = destinationName(unresolved['DestinationConfig'], context);
  const provisioned = Boolean(properties.ProvisionedPollerConfig);
  const ignored = provisioned
    ? []
    : Object.keys(provisionedOnly).filter((name) => provisionedOnly[name]?.(properties, destination));
  for (const name of ignored)
    warn(`${logicalId}: ${name} has no effect: Lambda uses it in provisioned mode only (ProvisionedPollerConfig)`);
  if (hasRegistry(unresolved))
    warn(`${logicalId}: SchemaRegistryConfig is for the package only: on this machine, records are not decoded`);
  const filter = valueFilter(properties.FilterCriteria ?? {});
  const onFailure = ignored.includes('DestinationConfig') ? undefined : destination;
  const functionLogicalId = functionOf(FunctionName, template);
  return {
    logicalId,
    functionLogicalId,
    functionArn: functionArn(properties.EventSourceArn, template.Resources[functionLogicalId], context),
    eventSourceArn: properties.EventSourceArn,
    topic: properties.Topics[0],
    // Lambda's default is the mapping's UUID. The logical id is as stable.
    group: properties.AmazonManagedKafkaEventSourceConfig?.ConsumerGroupId ?? logicalId,
    batchSize: properties.BatchSize ?? 100,
    windowMilliseconds: (properties.MaximumBatchingWindowInSeconds ?? 0.5) * 1000,
    startingPosition: startingPosition(properties),
    reportsFailures: provisioned && (properties.FunctionResponseTypes?.includes('ReportBatchItemFailures') ?? false),
    retry: retryPolicy(properties, provisioned, onFailure !== undefined),
    concurrency: concurrency(properties),
    ...(onFailure !== undefined && { onFailure }),
    ...(filter && { filter }),
  };
}

interface MappingProperties extends RetryProperties {
  EventSourceArn: string;
  Topics: [string];
  Enabled?: boolean;
  AmazonManagedKafkaEventSourceConfig?: { ConsumerGroupId?: string };
  ProvisionedPollerConfig?: { MaximumPollers?: number };
  BatchSize?: number;
  MaximumBatchingWindowInSeconds?: number;
  StartingPosition: string;
  /** Seconds since the epoch. */
  StartingPositionTimestamp?: number;
  FunctionResponseTypes?: string[];
  FilterCriteria?: FilterCriteria;
}

/** AWS: "Kafka event poller scaling modes" and, for the default of MaximumPollers, "ProvisionedPollerConfig". */
const invocationsPerPoller = 5;
export const maximumPollersByDefault = 200;

/** In on-demand mode, Lambda adds pollers as needed, up to one for each partition. */
function concurrency({ ProvisionedPollerConfig: pollers }: MappingProperties): number {
  return pollers ? invocationsPerPoller * (pollers.MaximumPollers ?? maximumPollersByDefault) : Infinity;
}

/** Properties that may refer to resources that don't exist on this machine: secrets, keys, destinations. */
const onlyOnAws = [
  'DestinationConfig',
  'KmsKeyArn',
  'LoggingConfig',
  'MetricsConfig',
  'SourceAccessConfigurations',
  'Tags',
];

/** Drops the properties that have no effect on this machine, including the schema registry. */
function pick(properties: Record<string, unknown>): Record<string, unknown> {
  const { AmazonManagedKafkaEventSourceConfig: config, ...others } = properties;
  const own = Object.entries(others).filter(([name]) => !onlyOnAws.includes(name));
  const { ConsumerGroupId } = (config ?? {}) as Record<string, unknown>;
  return { ...Object.fromEntries(own), AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId } };
}

function hasRegistry({ AmazonManagedKafkaEventSourceConfig: config }: Record<string, unknown>): boolean {
  return Boolean((config as { SchemaRegistryConfig?: unknown } | undefined)?.SchemaRegistryConfig);
}

/** The on-failure destination. If its reference is unknown on this machine, e.g. to a queue, the reference as JSON. */
function destinationName(config: unknown, context: TemplateContext): string | undefined {
  const { OnFailure } = (config ?? {}) as { OnFailure?: { Destination?: unknown } };
  if (OnFailure?.Destination === undefined) return undefined;
  try {
    return (resolve(OnFailure.Destination, context) as string | null) || undefined;
  } catch {
    return JSON.stringify(OnFailure.Destination);
  }
}

function startingPosition({ StartingPosition, StartingPositionTimestamp }: MappingProperties): StartingPosition {
  if (StartingPosition === 'TRIM_HORIZON' || StartingPosition === 'LATEST') return { at: StartingPosition };
  if (StartingPosition !== 'AT_TIMESTAMP') throw new Error(`StartingPosition ${StartingPosition} is unknown`);
  if (StartingPositionTimestamp === undefined) throw new Error('AT_TIMESTAMP needs StartingPositionTimestamp');
  return { at: 'AT_TIMESTAMP', timestamp: StartingPositionTimestamp * 1000 };
}

/** FunctionName is a function's Ref or Arn, or an Fn::Join of it and an alias. */
function functionOf(functionName: unknown, template: CompiledTemplate): string {
  const names = JSON.stringify(functionName)?.match(/[A-Za-z0-9]+/g) ?? [];
  const found = names.find((name) => template.Resources[name]?.Type === 'AWS::Lambda::Function');
  if (!found) throw new Error(`FunctionName ${JSON.stringify(functionName)} is not a function of this template`);
  return found;
}

/** Uses the cluster's region and account: Lambda requires the same ones for the function. */
function functionArn(eventSourceArn: string, resource: TemplateResource | undefined, context: TemplateContext): string {
  const [, partition, , region, account] = eventSourceArn.split(':');
  const name = resolve(resource?.Properties?.['FunctionName'] ?? '', context);
  return ['arn', partition, 'lambda', region, account, 'function', name].join(':');
}
