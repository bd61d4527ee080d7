import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import type { Context } from 'aws-lambda';
import { kafkaAuth, readConfiguration, text } from '#lib/configuration.ts';
import { invocationDeadline } from '#lib/deadline.ts';
import { bootstrapBrokers } from '#lib/kafka/client/bootstrap.ts';
import { topicReader } from '#lib/kafka/client/topic-reader.ts';
import { oneAttempt } from '#lib/stores/call.ts';
import { dynamodbCheckpoints } from '../sinks/s3/checkpoints.ts';
import { readerLog } from './archive/reader-log.ts';
import { archiveIn } from './archive/store.ts';
import { type TopicReport, verifyTopic } from './archive/verify.ts';

const config = readConfiguration({ KAFKA_AUTH: kafkaAuth, ARCHIVE_BUCKET: text, CHECKPOINTS_TABLE: text });

const TIMEOUT_MS = 10_000;

export interface VerifyRequest {
  readonly topic: string;
  /** ms that the archive may be behind the topic */
  readonly waitMs: number;
}

/** A topic of `npm run verify-archive -- … --stage STAGE`. */
export async function handler({ topic, waitMs }: VerifyRequest, context: Context): Promise<TopicReport> {
  const deadline = invocationDeadline(context);
  const bootstrapServers = await bootstrapBrokers();
  const reader = await topicReader({
    auth: config.KAFKA_AUTH,
    clientId: 'verifyArchive',
    bootstrapServers,
    timeoutMs: TIMEOUT_MS,
  });
  const checkpoints = dynamodbCheckpoints(config.CHECKPOINTS_TABLE, new DynamoDBClient(oneAttempt));
  try {
    return await verifyTopic(topic, {
      archive: archiveIn(config.ARCHIVE_BUCKET, new S3Client(oneAttempt), deadline),
      log: readerLog(reader),
      checkpoint: async (id) => (await checkpoints.read(id, deadline)).next,
      waitMs,
    });
  } finally {
    await reader.close();
  }
}
