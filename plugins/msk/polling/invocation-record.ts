import { randomUUID } from 'node:crypto';
import type { KafkaRecord } from '../consumer/record.ts';
import type { Discard } from './batch-runner.ts';
import { type MskEvent, mskEvent, type PartitionRecords } from './event.ts';

/** Records that a mapping gives up. */
export interface DiscardedBatch {
  functionArn: string;
  eventSourceArn: string;
  bootstrapServers: string;
  partitions: readonly PartitionRecords[];
  why: Discard;
  /** When they were given up. */
  at: Date;
  /** Those that an earlier attempt has stored already; takes what is stored. */
  delivered: Set<KafkaRecord>;
}

/**
 * What Lambda writes to an S3 bucket (AWS: "Capturing discarded batches for Amazon MSK and self-managed Apache Kafka
 * event sources", S3 destination example invocation record): `payload` is the whole event as a string of JSON.
 */
export function bucketRecord(batch: DiscardedBatch): object {
  const payload = JSON.stringify(eventOf(batch, batch.partitions));
  const recordsInfo = batch.partitions.map(({ topic, partition, records }) => [
    `${topic}-${partition}`,
    {
      firstRecordOffset: String(records[0]?.offset),
      lastRecordOffset: String(records.at(-1)?.offset),
      firstRecordTimestamp: iso(records[0]),
      lastRecordTimestamp: iso(records.at(-1)),
    },
  ]);
  return {
    ...outcome(batch, batch.functionArn, batch.why.condition),
    KafkaBatchInfo: {
      batchSize: batch.partitions.reduce((sum, { records }) => sum + records.length, 0),
      ...source(batch),
      payloadSize: Buffer.byteLength(payload),
      recordsInfo: Object.fromEntries(recordsInfo) as unknown,
    },
    payload,
  };
}

/**
 * What Lambda writes to a Kafka topic for each record (AWS: "Using a Kafka topic as an on-failure destination", record
 * format): `payload` is an event with that record, as an object. This page's word for the condition is another one.
 */
export function topicRecord(
  batch: DiscardedBatch,
  { topic, partition }: PartitionRecords,
  record: KafkaRecord,
): object {
  const payload = eventOf(batch, [{ topic, partition, records: [record] }]);
  const { condition } = batch.why;
  const word = condition === 'RetryAttemptsExhausted' ? 'RetriesExhausted' : condition;
  return {
    ...outcome(batch, `${batch.functionArn}:$LATEST`, word),
    KafkaBatchInfo: {
      batchSize: 1,
      ...source(batch),
      payloadSize: Buffer.byteLength(JSON.stringify(payload)),
      recordInfo: { offset: String(record.offset), timestamp: iso(record) },
    },
    payload,
  };
}

/**
 * AWS gives the names of a bucket's objects for Kinesis and DynamoDB only: `aws/lambda/<mapping's UUID>/<shard>/…`.
 * Here the mapping's logical id stands for its UUID, and its topic for the shard, as a batch may have many partitions.
 */
export function objectKey(logicalId: string, topic: string, at: Date): string {
  const [day = '', time = ''] = at.toISOString().split('T');
  const second = `${day}T${time.slice(0, 8).replaceAll(':', '.')}`;
  return `aws/lambda/${logicalId}/${topic}/${day.replaceAll('-', '/')}/${second}-${randomUUID()}`;
}

function outcome({ why, at }: DiscardedBatch, functionArn: string, condition: string): object {
  return {
    requestContext: { requestId: randomUUID(), functionArn, condition, approximateInvokeCount: why.invocations },
    responseContext:
      why.invocations === 0 ? null : { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    version: '1.0',
    timestamp: at.toISOString(),
  };
}

function source({ eventSourceArn, bootstrapServers }: DiscardedBatch): object {
  return { eventSourceArn, bootstrapServers };
}

function eventOf(
  { eventSourceArn, bootstrapServers }: DiscardedBatch,
  partitions: readonly PartitionRecords[],
): MskEvent {
  return mskEvent(eventSourceArn, bootstrapServers, partitions);
}

/** No date is beyond these (ECMAScript, "Time Values"), but a producer that counts nanoseconds is. */
const lastMilliseconds = 8.64e15;

function iso(record: KafkaRecord | undefined): string {
  return new Date(Math.min(record?.timestamp ?? 0, lastMilliseconds)).toISOString();
}
