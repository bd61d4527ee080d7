import type { JsonSchema, MskEventDefinition } from './serverless.ts';

/** A property of AWS::Lambda::EventSourceMapping that the framework's `msk` event lacks, or doesn't compile. */
export interface Property {
  /** Path in the `msk` event. */
  path: readonly string[];
  /** Absent where the framework's own schema has the property. */
  schema?: JsonSchema;
  /** Lambda takes it in provisioned mode only. */
  provisioned: boolean;
  /** What it adds to the compiled mapping; nested objects are merged into those that are there. */
  compile: (value: unknown) => Record<string, unknown>;
}

/** Source of names and bounds: CloudFormation's AWS::Lambda::EventSourceMapping. */
export const properties: readonly Property[] = [
  {
    path: ['functionResponseType'],
    schema: { enum: ['ReportBatchItemFailures'] },
    provisioned: true,
    compile: (value) => ({ FunctionResponseTypes: [value] }),
  },
  {
    path: ['provisionedPollerConfig', 'pollerGroupName'],
    schema: { type: 'string', minLength: 1, maxLength: 128 },
    provisioned: true,
    compile: (value) => ({ ProvisionedPollerConfig: { PollerGroupName: value } }),
  },
  {
    // The framework accepts 0 and drops it, which leaves Lambda's default of 500 ms.
    path: ['maximumBatchingWindow'],
    provisioned: false,
    compile: (value) => ({ MaximumBatchingWindowInSeconds: value }),
  },
];

/** The properties that an event sets; null, which a stage's parameter may give, sets nothing. */
export function setProperties(event: MskEventDefinition): { property: Property; value: unknown }[] {
  return properties
    .map((property) => ({ property, value: property.path.reduce<unknown>((at, key) => child(at, key), event) }))
    .filter(({ value }) => value !== undefined && value !== null);
}

function child(value: unknown, key: string): unknown {
  return value !== null && typeof value === 'object' ? (value as Record<string, unknown>)[key] : undefined;
}
