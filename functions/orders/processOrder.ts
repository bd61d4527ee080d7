import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { batchHandler } from '#lib/batch-handler.ts';
import { handingBack, kafkaAuth, number, positive, readConfiguration, text } from '#lib/configuration.ts';
import { createProducer } from '#lib/kafka/client/producer.ts';
import { inSlices } from '#lib/kafka/slices.ts';
import { oneAttempt } from '#lib/stores/call.ts';
import { catalogueReader } from './catalogue.ts';
import { orders } from './orders.ts';

const config = readConfiguration({
  KAFKA_AUTH: kafkaAuth,
  HANDING_BACK: handingBack,
  PROCESSED_TOPIC: text,
  PRODUCED_MAX_BYTES: positive,
  DEAD_LETTER_TOPIC: text,
  DEAD_LETTER_MAX_BYTES: positive,
  PRODUCTS_TABLE: text,
  CATALOGUE_CACHE_SECONDS: number,
  CATALOGUE_CACHE_SIZE: positive,
});

const name = 'processOrder';

const producer = createProducer({
  auth: config.KAFKA_AUTH,
  clientId: name,
  limits: {
    [config.PROCESSED_TOPIC]: config.PRODUCED_MAX_BYTES,
    [config.DEAD_LETTER_TOPIC]: config.DEAD_LETTER_MAX_BYTES,
  },
});

const catalogue = catalogueReader({
  client: new DynamoDBClient(oneAttempt),
  table: config.PRODUCTS_TABLE,
  cacheMs: config.CATALOGUE_CACHE_SECONDS * 1000,
  cacheSize: config.CATALOGUE_CACHE_SIZE,
});

/** orders -> processed-orders; invalid orders to orders-dlq. */
export const handler = batchHandler(
  { function: name, handingBack: config.HANDING_BACK, producer, deadLetterTopicOf: () => config.DEAD_LETTER_TOPIC },
  inSlices(orders({ producer, catalogue, topic: config.PROCESSED_TOPIC })),
);
