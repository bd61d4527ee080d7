/** A CloudWatch metric. The value of a dimension is text or an intrinsic function. */
export interface Metric {
  namespace: string;
  name: string;
  dimensions: Record<string, unknown>;
}

const ref = (logicalId: string) => ({ Ref: logicalId });

/** Namespace and dimensions of each kind of metric. The names of Amazon MSK's dimensions contain spaces. */
export const metrics = {
  cluster: (cluster: string, name: string): Metric => ({
    namespace: 'AWS/Kafka',
    name,
    dimensions: { 'Cluster Name': cluster },
  }),
  broker: (cluster: string, id: number, name: string): Metric => ({
    namespace: 'AWS/Kafka',
    name,
    dimensions: { 'Cluster Name': cluster, 'Broker ID': String(id) },
  }),
  /** MaxOffsetLag, SumOffsetLag, EstimatedMaxTimeLag (seconds): every monitoring level has them */
  group: (cluster: string, group: string, topic: string, name: string): Metric => ({
    namespace: 'AWS/Kafka',
    name,
    dimensions: { 'Cluster Name': cluster, 'Consumer Group': group, Topic: topic },
  }),
  /** OpenSearch kept the namespace of Amazon Elasticsearch Service */
  domain: (domain: string, name: string): Metric => ({
    namespace: 'AWS/ES',
    name,
    dimensions: { DomainName: domain, ClientId: ref('AWS::AccountId') },
  }),
  /** `collectionId` is a logical id */
  collection: (collectionId: string, collectionName: string, name: string): Metric => ({
    namespace: 'AWS/AOSS',
    name,
    dimensions: {
      ClientId: ref('AWS::AccountId'),
      CollectionId: ref(collectionId),
      CollectionName: collectionName,
    },
  }),
  lambda: (functionId: string, name: string): Metric => ({
    namespace: 'AWS/Lambda',
    name,
    dimensions: { FunctionName: ref(functionId) },
  }),
  /** only with MetricsConfig */
  mapping: (mappingId: string, name: string): Metric => ({
    namespace: 'AWS/Lambda',
    name,
    dimensions: { EventSourceMappingUUID: ref(mappingId) },
  }),
  /** lib/observability writes these: Records, DeadLetters, FailedBatches */
  own: (service: string, functionKey: string, name: string): Metric => ({
    namespace: service,
    name,
    dimensions: { service: functionKey },
  }),
  /** of the service's HTTP API */
  api: (name: string): Metric => ({
    namespace: 'AWS/ApiGateway',
    name,
    dimensions: { ApiId: ref('HttpApi') },
  }),
  table: (tableId: string, name: string): Metric => ({
    namespace: 'AWS/DynamoDB',
    name,
    dimensions: { TableName: ref(tableId) },
  }),
  database: (cluster: string, name: string): Metric => ({
    namespace: 'AWS/RDS',
    name,
    dimensions: { DBClusterIdentifier: cluster },
  }),
  natGateway: (id: string, name: string): Metric => ({
    namespace: 'AWS/NATGateway',
    name,
    dimensions: { NatGatewayId: ref(id) },
  }),
};
