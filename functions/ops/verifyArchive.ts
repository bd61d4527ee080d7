import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import type { Context } from 'aws-lambda';
import { kafkaAuth, readConfiguration, text } from '#lib/configuration.ts';
import { invocationDeadline } from '#lib/deadline.ts';
import { bootstrapBrokers } from '#lib/kafka/client/bootstrap.ts';
import { topicReader } from '#lib/kafka/client/topic-reader.ts';
import { oneAttempt } from '#lib/stores/call.ts';
import { dynamodbWindows } from '#lib/windows/dynamodb-store.ts';
import { dynamodbCheckpoints } from '../sinks/s3/checkpoints.ts';
import { readerLog } from './archive/reader-log.ts';
import { archiveIn } from './archive/store.ts';
import { type TopicReport, verifyTopic } from './archive/verify.ts';
import { latestStreamTime } from './replay/windows.ts';

const config = readConfiguration({
  KAFKA_AUTH: kafkaAuth,
  ARCHIVE_BUCKET: text,
  CHECKPOINTS_TABLE: text,
  WINDOWS_TABLE: text,
});

const TIMEOUT_MS = 10_000;

export interface VerifyRequest {
  readonly topic: string;
  /** ms that the archive may be behind the topic */
  readonly waitMs: number;
}

/** What a replay needs to know too. */
export interface VerifyAnswer extends TopicReport {
  /** the latest stream time of the windows, ms; absent before the first order */
  readonly streamTime?: number;
}

/** A topic of `npm run verify-archive -- … --stage STAGE`, and what `npm run replay` asks before it begins. */
export async function handler({ topic, waitMs }: VerifyRequest, context: Context): Promise<VerifyAnswer> {
  const deadline = invocationDeadline(context);
  const bootstrapServers = await bootstrapBrokers();
  const reader = await topicReader({
    auth: config.KAFKA_AUTH,
    clientId: 'verifyArchive',
    bootstrapServers,
    timeoutMs: TIMEOUT_MS,
  });
  const dynamodb = new DynamoDBClient(oneAttempt);
  const checkpoints = dynamodbCheckpoints(config.CHECKPOINTS_TABLE, dynamodb);
  const windows = dynamodbWindows({ client: dynamodb, table: config.WINDOWS_TABLE, retentionSeconds: 0 });
  try {
    const report = await verifyTopic(topic, {
      archive: archiveIn(config.ARCHIVE_BUCKET, new S3Client(oneAttempt), deadline),
      log: readerLog(reader),
      checkpoint: async (id) => (await checkpoints.read(id, deadline)).next,
      waitMs,
    });
    const streamTime = await latestStreamTime(windows, deadline);
    return { ...report, ...(Number.isFinite(streamTime) && { streamTime }) };
  } finally {
    await reader.close();
  }
}
