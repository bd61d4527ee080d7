import type { S3Client } from '@aws-sdk/client-s3';
import type { Cluster } from '../consumer/cluster.ts';
import type { KafkaRecord } from '../consumer/record.ts';
import type { Mapping } from '../template/mapping.ts';
import { bucketRecord, type DiscardedBatch, objectKey, topicRecord } from './invocation-record.ts';

/** Sends a mapping's discarded records. Resolves when they are stored. */
export type Destination = (batch: DiscardedBatch) => Promise<void>;

export interface DestinationContext {
  mapping: Mapping;
  cluster: Cluster;
  /** The environment of the deployed functions: endpoints, region, credentials. */
  environment: Readonly<Record<string, string>>;
}

/** The destinations that work on this machine, by prefix of the name in DestinationConfig. */
const destinations: readonly [prefix: RegExp, make: (name: string, context: DestinationContext) => Destination][] = [
  [/^kafka:\/\//, topicDestination],
  [/^arn:[\w-]+:s3:::/, bucketDestination],
];

/** The mapping's on-failure destination. Undefined if it has none, or if it doesn't work on this machine. */
export function destinationOf(context: DestinationContext): Destination | undefined {
  const { onFailure = '' } = context.mapping;
  const [prefix, make] = destinations.find(([prefix]) => prefix.test(onFailure)) ?? [];
  return prefix && make?.(onFailure.replace(prefix, ''), context);
}

/** Size of a request. It is below the broker's usual limit of 1 MB, unless a single record exceeds it. */
const requestBytes = 500_000;

function topicDestination(topic: string, { cluster }: DestinationContext): Destination {
  return async (batch) => {
    const messages = batch.partitions.flatMap((part) =>
      part.records
        .filter((record) => !batch.delivered.has(record))
        .map((record) => ({ record, key: record.key, value: JSON.stringify(topicRecord(batch, part, record)) })),
    );
    const producer = await cluster.producer();
    for (const some of chunks(messages)) {
      await producer.send({ acks: allReplicas, messages: some.map(({ key, value }) => message(topic, key, value)) });
      for (const { record } of some) batch.delivered.add(record);
    }
  };
}

const allReplicas = -1;

function message(topic: string, key: Buffer | null, value: string) {
  return { topic, ...(key && { key }), value: Buffer.from(value) };
}

interface Message {
  record: KafkaRecord;
  key: Buffer | null;
  value: string;
}

function* chunks(messages: readonly Message[]): Generator<Message[]> {
  let chunk: Message[] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = Buffer.byteLength(message.value);
    if (chunk.length > 0 && bytes + size > requestBytes) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(message);
    bytes += size;
  }
  if (chunk.length > 0) yield chunk;
}

function bucketDestination(bucket: string, { mapping, environment }: DestinationContext): Destination {
  let client: Promise<S3Client> | undefined;
  return async (batch) => {
    // Loaded on first use: without an S3 destination, the SDK needn't be installed.
    const { PutObjectCommand } = await import('@aws-sdk/client-s3');
    client ??= s3Client(environment);
    const Key = objectKey(mapping.logicalId, mapping.topic, batch.at);
    const Body = JSON.stringify(bucketRecord(batch));
    await (await client).send(new PutObjectCommand({ Bucket: bucket, Key, Body, ContentType: 'application/json' }));
  };
}

async function s3Client(environment: Readonly<Record<string, string>>): Promise<S3Client> {
  const { S3Client } = await import('@aws-sdk/client-s3');
  const { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = environment;
  const endpoint = AWS_ENDPOINT_URL_S3 ?? AWS_ENDPOINT_URL;
  if (endpoint === undefined)
    throw new Error('the deployed environment has no endpoint for S3: set AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL');
  return new S3Client({
    endpoint,
    // A local server has no host name for each bucket.
    forcePathStyle: true,
    region: AWS_REGION ?? 'us-east-1',
    credentials: { accessKeyId: AWS_ACCESS_KEY_ID ?? 'local', secretAccessKey: AWS_SECRET_ACCESS_KEY ?? 'local' },
  });
}
