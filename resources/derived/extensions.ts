import type { PipelineFunction, Service } from './service.ts';

/** Laid over a resource that the framework has compiled: one level deep (`resources.extensions` of serverless.yml). */
export interface Extension {
  Properties?: Record<string, unknown>;
  DependsOn?: string[];
  Metadata?: Record<string, unknown>;
}

/** A check of checkov that doesn't bind a resource, with the reason that stands beside it in the template. */
export interface Skip {
  id: string;
  comment: string;
}

export function skips(...skip: Skip[]): { checkov: { skip: Skip[] } } {
  return { checkov: { skip } };
}

const noQueue = {
  id: 'CKV_AWS_116',
  comment: "of asynchronous calls; a mapping's records wait in Kafka until they are done, or go to a dead-letter topic",
};
const unreserved = {
  id: 'CKV_AWS_115',
  comment: "bounded by its topic's partitions (the mapping's), or called by one schedule or a person",
};

/** What the framework has no property for, on the resources that it makes of each function; and what a param decides. */
export function extensions(service: Service): Record<string, Extension> {
  return {
    ...Object.fromEntries(service.functions.flatMap((fn) => extensionsOf(fn, service))),
    // Its first start fetches what it needs.
    ...(service.admin === 'on' && { AdminInstance: { DependsOn: service.waysOut } }),
  };
}

function extensionsOf(
  { stem, logicalId, reserved, mappings }: PipelineFunction,
  { mappingMetrics }: Service,
): [string, Extension][] {
  const counted = mappingMetrics.length > 0 ? { Properties: { MetricsConfig: { Metrics: mappingMetrics } } } : {};
  return [
    [`${stem}LogGroup`, { Properties: { KmsKeyId: { 'Fn::GetAtt': ['OperationsKey', 'Arn'] } } }],
    [logicalId, { Metadata: skips(noQueue, ...(reserved ? [] : [unreserved])) }],
    // No record before its tables and catalogue are there.
    ...mappings.map((mapping): [string, Extension] => [mapping.logicalId, { ...counted, DependsOn: ['SetUp'] }]),
  ];
}
