import { type BatchGetItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GlueClient } from '@aws-sdk/client-glue';
import kafkajs, { type ProducerBatch } from 'kafkajs';

/** topic -> number of messages that the function has sent */
export type Sent = Record<string, number>;

/**
 * Replaces the clients at a function's edges, for the whole process.
 *
 * - Kafka: the producer counts messages, above kafkajs's partitioning and encoding.
 * - DynamoDB: BatchGetItem answers without a request. Each product is in the catalogue; each vehicle is on a trip if
 *   `trips` is true, which is on time.
 * - Glue: each version of a schema is `schema`.
 */
export function replaceEdges({ kafka, trips, schema }: { kafka: boolean; trips: boolean; schema: string }): Sent {
  const sent: Sent = {};
  if (kafka) {
    const producer = {
      connect: async () => undefined,
      disconnect: async () => undefined,
      sendBatch: async ({ topicMessages = [] }: ProducerBatch) => {
        for (const { topic, messages } of topicMessages) sent[topic] = (sent[topic] ?? 0) + messages.length;
        return [];
      },
    };
    kafkajs.Kafka.prototype.producer = () => producer as unknown as ReturnType<kafkajs.Kafka['producer']>;
  }
  const trip = { tripId: 'T1', destination: '48.137,11.575', plannedArrival: '2100-01-01T00:00:00.000Z' };
  const more = { product_name: 'Product', ...(trips && trip) };
  const attributes = Object.fromEntries(Object.entries(more).map(([name, S]) => [name, { S }]));
  DynamoDBClient.prototype.send = async ({ input }: BatchGetItemCommand) => ({
    Responses: Object.fromEntries(
      Object.entries(input.RequestItems ?? {}).map(([table, { Keys = [] }]) => [
        table,
        table === TRIPS_TABLE && !trips ? [] : Keys.map((key) => ({ ...key, ...attributes })),
      ]),
    ),
  });
  GlueClient.prototype.send = async () => ({
    SchemaDefinition: schema,
    SchemaArn: `arn:aws:glue:us-east-1:000000000000:schema/${REGISTRY}/user_login`,
    DataFormat: 'AVRO',
    Status: 'AVAILABLE',
  });
  return sent;
}

/** Names in the functions' environment. */
export const TRIPS_TABLE = 'trips';
export const REGISTRY = 'bench';
