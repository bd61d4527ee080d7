import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { kafkaAuth, number, positive, readConfiguration, text } from '#lib/configuration.ts';
import { type Deadline, invocationDeadline } from '#lib/deadline.ts';
import { bootstrapBrokers } from '#lib/kafka/client/bootstrap.ts';
import { createProducer } from '#lib/kafka/client/producer.ts';
import { startTracing } from '#lib/observability/tracing/tracing.ts';
import { oneAttempt } from '#lib/stores/call.ts';
import { dynamodbWindows } from '#lib/windows/dynamodb-store.ts';
import { closeIdle } from '#lib/windows/idle.ts';
import { noCounts, type WindowCounts } from '#lib/windows/run.ts';
import type { ProductMetric } from '#lib/windows/state/metric.ts';
import { retentionSeconds } from '#lib/windows/window.ts';
import { produceMetrics } from './metrics.ts';
import { windowCounts } from './window-counts.ts';

const config = readConfiguration({
  KAFKA_AUTH: kafkaAuth,
  METRICS_TOPIC: text,
  PRODUCED_MAX_BYTES: positive,
  WINDOWS_TABLE: text,
  GRACE_SECONDS: number.pipe(z.number().nonnegative()),
  IDLE_SECONDS: positive,
  ALLOWED_LATENESS_SECONDS: positive,
});

const name = 'closeWindows';

const producer = createProducer({
  auth: config.KAFKA_AUTH,
  clientId: name,
  limits: { [config.METRICS_TOPIC]: config.PRODUCED_MAX_BYTES },
});

const store = dynamodbWindows({
  client: new DynamoDBClient(oneAttempt),
  table: config.WINDOWS_TABLE,
  retentionSeconds: retentionSeconds(config.ALLOWED_LATENESS_SECONDS),
});

const rules = { graceMs: config.GRACE_SECONDS * 1000, idleMs: config.IDLE_SECONDS * 1000 };
const report = windowCounts(name);
const spans = startTracing(name);

/**
 * Runs on a schedule: closes the windows that idle partitions left open. If its time runs out, the next run goes on.
 */
export async function handler(_event: unknown, context: Context): Promise<WindowCounts> {
  const deadline = invocationDeadline(context);
  const close = () => closeWindows(deadline);
  return spans === undefined ? close() : spans.scheduled({ requestId: context.awsRequestId, deadline }, close);
}

async function closeWindows(deadline: Deadline): Promise<WindowCounts> {
  const counts = noCounts();
  const publish = async (metrics: readonly ProductMetric[]) =>
    produceMetrics(producer, config.METRICS_TOPIC, metrics, { bootstrapServers: await bootstrapBrokers(), deadline });
  try {
    await closeIdle(store, rules, { deadline, now: Date.now(), counts, publish });
  } finally {
    report(counts);
  }
  return counts;
}
