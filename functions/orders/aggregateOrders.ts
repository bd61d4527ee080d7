import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { batchHandler } from '#lib/batch-handler.ts';
import { handingBack, kafkaAuth, number, positive, readConfiguration, text } from '#lib/configuration.ts';
import { createProducer } from '#lib/kafka/client/producer.ts';
import { oneAttempt } from '#lib/stores/call.ts';
import { aggregator } from '#lib/windows/aggregator.ts';
import { dynamodbWindows } from '#lib/windows/dynamodb-store.ts';
import { retentionSeconds } from '#lib/windows/window.ts';
import { aggregate } from './aggregate.ts';
import { produceMetrics } from './metrics.ts';
import { windowCounts } from './window-counts.ts';

const config = readConfiguration({
  KAFKA_AUTH: kafkaAuth,
  HANDING_BACK: handingBack,
  METRICS_TOPIC: text,
  PRODUCED_MAX_BYTES: positive,
  DEAD_LETTER_TOPIC: text,
  DEAD_LETTER_MAX_BYTES: positive,
  WINDOWS_TABLE: text,
  WINDOW_BUCKETS: positive.pipe(z.int()),
  GRACE_SECONDS: number.pipe(z.number().nonnegative()),
  ALLOWED_LATENESS_SECONDS: positive,
});

const name = 'aggregateOrders';

const producer = createProducer({
  auth: config.KAFKA_AUTH,
  clientId: name,
  limits: {
    [config.METRICS_TOPIC]: config.PRODUCED_MAX_BYTES,
    [config.DEAD_LETTER_TOPIC]: config.DEAD_LETTER_MAX_BYTES,
  },
});

const retention = retentionSeconds(config.ALLOWED_LATENESS_SECONDS);

/** processed-orders -> product-metrics, through the windows' table; late and invalid records to orders-dlq. */
export const handler = batchHandler(
  { function: name, handingBack: config.HANDING_BACK, producer, deadLetterTopicOf: () => config.DEAD_LETTER_TOPIC },
  aggregate({
    aggregator: aggregator({
      store: dynamodbWindows({
        client: new DynamoDBClient(oneAttempt),
        table: config.WINDOWS_TABLE,
        retentionSeconds: retention,
      }),
      rules: { graceMs: config.GRACE_SECONDS * 1000, latenessMs: config.ALLOWED_LATENESS_SECONDS * 1000 },
      buckets: config.WINDOW_BUCKETS,
      retentionSeconds: retention,
    }),
    publish: (metrics, batch) => produceMetrics(producer, config.METRICS_TOPIC, metrics, batch),
    report: windowCounts(name),
  }),
);
