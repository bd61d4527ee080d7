import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { Kafka, logLevel } from 'kafkajs';
import '#lib/kafka/client/kafkajs-timers.ts';
import { kafkajsOptions } from '../kafkajs-options.ts';

/** The address for stores that a stack doesn't have. No program listens there. */
export const NOWHERE = 'http://127.0.0.1:1';

/** Credentials of no account: code that runs locally must never reach a real account. */
export const DUMMY_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };
export const LOCAL_REGION = 'us-east-1';

export function kafkaOf(endpoints: { kafka: string }, clientId: string): Kafka {
  return new Kafka({ ...kafkajsOptions(endpoints.kafka), clientId, logLevel: logLevel.NOTHING });
}

/**
 * A logger without `info` and `error`. With any other logger, the default one too, the SDK copies each request and each
 * response for them, without the fields that are secret. For a scan that is a fifth of the CPU time.
 */
const SILENT = { warn: console.warn, debug: () => {} } as unknown as NonNullable<DynamoDBClientConfig['logger']>;

export function dynamodbOf(endpoints: { dynamodb: string }): DynamoDBClient {
  return new DynamoDBClient({
    endpoint: endpoints.dynamodb,
    region: LOCAL_REGION,
    credentials: DUMMY_CREDENTIALS,
    logger: SILENT,
  });
}

export function s3Of(endpoints: { s3: string }): S3Client {
  return new S3Client({
    endpoint: endpoints.s3,
    region: LOCAL_REGION,
    credentials: DUMMY_CREDENTIALS,
    forcePathStyle: true,
  });
}
