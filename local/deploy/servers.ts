import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import '#lib/kafka/client/kafkajs-timers.ts';

/** The addresses of the local servers. */
export interface Endpoints {
  /** "127.0.0.1:9092,…" */
  kafka: string;
  dynamodb: string;
  s3: string;
  rdsData: string;
  postgres: string;
  opensearch: string;
  /** the root of Confluent's Schema Registry API */
  schemaRegistry: string;
}

/** The address for stores that a stack doesn't have. No program listens there. */
export const NOWHERE = 'http://127.0.0.1:1';

/** Credentials of no account: code that runs locally must never reach a real account. */
export const DUMMY_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };
export const LOCAL_REGION = 'us-east-1';

/** Clients of the local servers, to create resources and read them back. */
export interface Clients {
  kafka: Kafka;
  admin: Admin;
  dynamodb: DynamoDBClient;
  s3: S3Client;
}

export function kafkaOf(endpoints: Pick<Endpoints, 'kafka'>, clientId: string): Kafka {
  return new Kafka({ clientId, brokers: endpoints.kafka.split(','), logLevel: logLevel.NOTHING });
}

/**
 * A logger without `info` and `error`. With any other logger, the default one too, the SDK copies each request and each
 * response for them, without the fields that are secret. For a scan that is a fifth of the CPU time.
 */
const SILENT = { warn: console.warn, debug: () => {} } as unknown as NonNullable<DynamoDBClientConfig['logger']>;

export function dynamodbOf(endpoints: Pick<Endpoints, 'dynamodb'>): DynamoDBClient {
  return new DynamoDBClient({
    endpoint: endpoints.dynamodb,
    region: LOCAL_REGION,
    credentials: DUMMY_CREDENTIALS,
    logger: SILENT,
  });
}

export function s3Of(endpoints: Pick<Endpoints, 's3'>): S3Client {
  return new S3Client({
    endpoint: endpoints.s3,
    region: LOCAL_REGION,
    credentials: DUMMY_CREDENTIALS,
    forcePathStyle: true,
  });
}

/** Runs `use` with connected clients, and closes them even where `use` fails. */
export async function withClients<T>(endpoints: Endpoints, use: (clients: Clients) => Promise<T>): Promise<T> {
  const kafka = kafkaOf(endpoints, 'deploy');
  const clients = { kafka, admin: kafka.admin(), dynamodb: dynamodbOf(endpoints), s3: s3Of(endpoints) };
  await clients.admin.connect();
  try {
    return await use(clients);
  } finally {
    await clients.admin.disconnect();
    clients.dynamodb.destroy();
    clients.s3.destroy();
  }
}
