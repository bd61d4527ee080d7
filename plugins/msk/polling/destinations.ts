import type { S3Client } from '@aws-sdk/client-s3';
import type { Cluster } from '../consumer/cluster.ts';
import type { KafkaRecord } from '../consumer/record.ts';
import type { Mapping } from '../template/mapping.ts';
import { bucketRecord, type DiscardedBatch, objectKey, topicRecord } from './invocation-record.ts';

/** Where a mapping's discarded records go. Resolves when they are stored. */
export type Destination = (batch: DiscardedBatch) => Promise<void>;

export interface DestinationContext {
  mapping: Mapping;
  cluster: Cluster;
  /** That of the deployed functions: endpoints, region, credentials. */
  environment: Readonly<Record<string, string>>;
}

/** By the first words of what DestinationConfig names; undefined where nothing is delivered on this machine. */
const destinations: readonly [prefix: RegExp, make: (name: string, context: DestinationContext) => Destination][] = [
  [/^kafka:\/\//, topicDestination],
  [/^arn:[\w-]+:s3:::/, bucketDestination],
];

/** The mapping's on-failure destination; undefined where it has none, or one that is not delivered to here. */
export function destinationOf(context: DestinationContext): Destination | undefined {
  const { onFailure = '' } = context.mapping;
  const [prefix, make] = destinations.find(([prefix]) => prefix.test(onFailure)) ?? [];
  return prefix && make?.(onFailure.replace(prefix, ''), context);
}

/** A batch of Kafka's own: under the broker's usual limit of 1 MB, unless one record is over it. */
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

interface Given {
  record: KafkaRecord;
  key: Buffer | null;
  value: string;
}

function* chunks(messages: readonly Given[]): Generator<Given[]> {
  let chunk: Given[] = [];
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
    // Only who has such a destination needs the SDK.
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
    throw new Error('the deployed environment must name an endpoint for S3, AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL');
  return new S3Client({
    endpoint,
    // A server on this machine has no name per bucket.
    forcePathStyle: true,
    region: AWS_REGION ?? 'us-east-1',
    credentials: { accessKeyId: AWS_ACCESS_KEY_ID ?? 'local', secretAccessKey: AWS_SECRET_ACCESS_KEY ?? 'local' },
  });
}
