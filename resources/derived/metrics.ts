/** A metric of CloudWatch: namespace, name, dimensions; a value is text or an intrinsic function. */
export interface Metric {
  namespace: string;
  name: string;
  dimensions: Record<string, unknown>;
}

const ref = (logicalId: string) => ({ Ref: logicalId });

/** Where each metric comes from. Amazon MSK's dimensions have spaces in their names. */
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
  /** MaxOffsetLag, SumOffsetLag, EstimatedMaxTimeLag (seconds): of every monitoring level */
  group: (cluster: string, group: string, topic: string, name: string): Metric => ({
    namespace: 'AWS/Kafka',
    name,
    dimensions: { 'Cluster Name': cluster, 'Consumer Group': group, Topic: topic },
  }),
  /** of OpenSearch; its namespace is older than its name */
  domain: (domain: string, name: string): Metric => ({
    namespace: 'AWS/ES',
    name,
    dimensions: { DomainName: domain, ClientId: ref('AWS::AccountId') },
  }),
  /** of a serverless collection, by its logical id */
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
  /** with MetricsConfig only */
  mapping: (mappingId: string, name: string): Metric => ({
    namespace: 'AWS/Lambda',
    name,
    dimensions: { EventSourceMappingUUID: ref(mappingId) },
  }),
  /** what lib/observability writes: Records, DeadLetters, FailedBatches */
  own: (service: string, functionKey: string, name: string): Metric => ({
    namespace: service,
    name,
    dimensions: { service: functionKey },
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
