import type { CompiledTemplate, TemplateResource } from './contract.ts';
import { type FilterCriteria, type ValueFilter, valueFilter } from './filters.ts';
import { holds, resolve, type TemplateContext } from './template.ts';

/** A compiled AWS::Lambda::EventSourceMapping of an Amazon MSK cluster, with the defaults that Lambda gives it. */
export interface Mapping {
  logicalId: string;
  /** Logical id of its AWS::Lambda::Function. */
  functionLogicalId: string;
  eventSourceArn: string;
  topic: string;
  group: string;
  batchSize: number;
  windowMilliseconds: number;
  startingPosition: StartingPosition;
  /** ReportBatchItemFailures is among its FunctionResponseTypes. */
  reportsFailures: boolean;
  /** What its FilterCriteria let through; absent where all of it. */
  filter?: ValueFilter;
}

/** `timestamp` in milliseconds. */
export type StartingPosition = { at: 'TRIM_HORIZON' | 'LATEST' } | { at: 'AT_TIMESTAMP'; timestamp: number };

/** Properties that change what a function is given, and that aren't followed offline. */
const notFollowedOffline = [
  'BisectBatchOnFunctionError',
  'DestinationConfig',
  'MaximumRecordAgeInSeconds',
  'MaximumRetryAttempts',
];

/**
 * The enabled MSK mappings of a compiled template.
 *
 * @param warn takes a line about each property that isn't followed offline
 * @throws Error that names the mapping and what is wrong in it
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

/** SelfManagedEventSource, not EventSourceArn, marks the mapping of a Kafka cluster that isn't Amazon MSK. */
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
  const properties = resolve(unresolved, context) as MappingProperties;
  if (properties.Enabled === false) return undefined;
  for (const name of notFollowedOffline) {
    if (name in properties) warn(`${logicalId}: ${name} is not followed offline yet`);
  }
  const filter = valueFilter(properties.FilterCriteria ?? {});
  return {
    logicalId,
    functionLogicalId: functionOf(FunctionName, template),
    eventSourceArn: properties.EventSourceArn,
    topic: properties.Topics[0],
    // Lambda names a group after the mapping's UUID where it isn't named; this name is as stable.
    group: properties.AmazonManagedKafkaEventSourceConfig?.ConsumerGroupId ?? logicalId,
    batchSize: properties.BatchSize ?? 100,
    windowMilliseconds: (properties.MaximumBatchingWindowInSeconds ?? 0.5) * 1000,
    startingPosition: startingPosition(properties),
    reportsFailures: properties.FunctionResponseTypes?.includes('ReportBatchItemFailures') ?? false,
    ...(filter && { filter }),
  };
}

interface MappingProperties {
  EventSourceArn: string;
  Topics: [string];
  Enabled?: boolean;
  AmazonManagedKafkaEventSourceConfig?: { ConsumerGroupId?: string };
  BatchSize?: number;
  MaximumBatchingWindowInSeconds?: number;
  StartingPosition: string;
  /** Seconds since the epoch. */
  StartingPositionTimestamp?: number;
  FunctionResponseTypes?: string[];
  FilterCriteria?: FilterCriteria;
}

function startingPosition({ StartingPosition, StartingPositionTimestamp }: MappingProperties): StartingPosition {
  if (StartingPosition === 'TRIM_HORIZON' || StartingPosition === 'LATEST') return { at: StartingPosition };
  if (StartingPosition !== 'AT_TIMESTAMP') throw new Error(`StartingPosition ${StartingPosition} is unknown`);
  if (StartingPositionTimestamp === undefined) throw new Error('AT_TIMESTAMP needs StartingPositionTimestamp');
  return { at: 'AT_TIMESTAMP', timestamp: StartingPositionTimestamp * 1000 };
}

/** FunctionName is a function's Ref or Arn, or a Join of it with an alias. */
function functionOf(functionName: unknown, template: CompiledTemplate): string {
  const names = JSON.stringify(functionName)?.match(/[A-Za-z0-9]+/g) ?? [];
  const found = names.find((name) => template.Resources[name]?.Type === 'AWS::Lambda::Function');
  if (!found) throw new Error(`FunctionName ${JSON.stringify(functionName)} names no function of this template`);
  return found;
}
