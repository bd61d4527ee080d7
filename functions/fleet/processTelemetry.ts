import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { batchHandler } from '#lib/batch-handler.ts';
import { handingBack, kafkaAuth, number, positive, readConfiguration, text } from '#lib/configuration.ts';
import { createProducer } from '#lib/kafka/client/producer.ts';
import { inSlices } from '#lib/kafka/slices.ts';
import { oneAttempt } from '#lib/stores/call.ts';
import { thresholdVariables } from './alerts.ts';
import { countMalformedTrips } from './malformed-trips.ts';
import { telemetry } from './telemetry.ts';
import { tripReader } from './trips.ts';

const config = readConfiguration({
  KAFKA_AUTH: kafkaAuth,
  HANDING_BACK: handingBack,
  PROCESSED_TOPIC: text,
  ALERTS_TOPIC: text,
  PRODUCED_MAX_BYTES: positive,
  DEAD_LETTER_TOPIC: text,
  DEAD_LETTER_MAX_BYTES: positive,
  TRIPS_TABLE: text,
  TRIP_CACHE_SECONDS: number,
  ...thresholdVariables,
});

const name = 'processTelemetry';

const producer = createProducer({
  auth: config.KAFKA_AUTH,
  clientId: name,
  limits: {
    [config.PROCESSED_TOPIC]: config.PRODUCED_MAX_BYTES,
    [config.ALERTS_TOPIC]: config.PRODUCED_MAX_BYTES,
    [config.DEAD_LETTER_TOPIC]: config.DEAD_LETTER_MAX_BYTES,
  },
});

const trips = tripReader({
  client: new DynamoDBClient(oneAttempt),
  table: config.TRIPS_TABLE,
  cacheMs: config.TRIP_CACHE_SECONDS * 1000,
  malformed: countMalformedTrips(name),
});

/** raw-data-topic -> processed-data-topic, alerts-topic; invalid records to raw-data-dlq. */
export const handler = batchHandler(
  { function: name, handingBack: config.HANDING_BACK, producer, deadLetterTopicOf: () => config.DEAD_LETTER_TOPIC },
  inSlices(
    telemetry({
      producer,
      trips,
      thresholds: config,
      topics: { processed: config.PROCESSED_TOPIC, alerts: config.ALERTS_TOPIC },
    }),
  ),
);
