import type { PipelineFunction, Service } from './service.ts';

/** Merged into a resource of the framework, one level deep (`resources.extensions` of serverless.yml). */
export interface Extension {
  Properties?: Record<string, unknown>;
  DependsOn?: string[];
  Metadata?: Record<string, unknown>;
}

/** A checkov check that the resource skips. The reason is in the template too. */
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
  comment: "bounded by its topic's partitions (the mapping's) or the API's rate, or called by one schedule or a person",
};

/** Requests per second of all clients of the API together. A page with all panels makes about ten. */
const API_RATE = { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 };

const api: Record<string, Extension> = {
  HttpApiStage: { Properties: { DefaultRouteSettings: { DetailedMetricsEnabled: false, ...API_RATE } } },
  HttpApiLogGroup: { Properties: { KmsKeyId: { 'Fn::GetAtt': ['OperationsKey', 'Arn'] } } },
};

/** Properties that serverless.yml can't set on the framework's resources, and properties that depend on a param. */
export function extensions(service: Service): Record<string, Extension> {
  return {
    ...api,
    ...Object.fromEntries(service.functions.flatMap((fn) => extensionsOf(fn, service))),
    // User data downloads packages at the first start.
    ...(service.admin === 'on' && { AdminInstance: { DependsOn: service.waysOut } }),
  };
}

function extensionsOf(
  { stem, logicalId, reserved, mappings }: PipelineFunction,
  { mappingMetrics, topicIds }: Service,
): [string, Extension][] {
  const counted = mappingMetrics.length > 0 ? { Properties: { MetricsConfig: { Metrics: mappingMetrics } } } : {};
  return [
    [`${stem}LogGroup`, { Properties: { KmsKeyId: { 'Fn::GetAtt': ['OperationsKey', 'Arn'] } } }],
    [logicalId, { Metadata: skips(noQueue, ...(reserved ? [] : [unreserved])) }],
    // No mapping delivers records before the stores are set up, or is created before its topic. The role of a function
    // that logs in with a password doesn't refer to the topic.
    ...mappings.map(({ logicalId, topic }): [string, Extension] => [
      logicalId,
      { ...counted, DependsOn: ['SetUp', topicIds[topic]].filter((id) => id !== undefined) },
    ]),
  ];
}
