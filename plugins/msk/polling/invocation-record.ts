import { randomUUID } from 'node:crypto';
import type { KafkaRecord } from '../consumer/record.ts';
import type { Discard } from './batch-runner.ts';
import { type MskEvent, mskEvent, type PartitionRecords } from './event.ts';

/** Records that a mapping discards. */
export interface DiscardedBatch {
  functionArn: string;
  eventSourceArn: string;
  bootstrapServers: string;
  partitions: readonly PartitionRecords[];
  why: Discard;
  /** Time of the discard. */
  at: Date;
  /** Records that an earlier attempt has stored. A destination adds each record that it stores. */
  delivered: Set<KafkaRecord>;
}

/**
 * The object that Lambda writes to an S3 bucket (AWS: "Capturing discarded batches for Amazon MSK and self-managed
 * Apache Kafka event sources", S3 destination example invocation record). `payload` is the whole event as a JSON
 * string.
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
 * The message that Lambda writes to a Kafka topic for each record (AWS: "Using a Kafka topic as an on-failure
 * destination", record format). `payload` is an event with this record, as an object. The page names one condition
 * differently: RetriesExhausted.
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
 * The object's name in the bucket. AWS documents the names for Kinesis and DynamoDB only:
 * `aws/lambda/<mapping's UUID>/<shard>/…`. This name has the mapping's logical id instead of the UUID, and the topic
 * instead of the shard, because a batch may have many partitions.
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

/** The latest time of a Date (ECMAScript, "Time Values"). A producer's timestamp in nanoseconds exceeds it. */
const lastMilliseconds = 8.64e15;

function iso(record: KafkaRecord | undefined): string {
  return new Date(Math.min(record?.timestamp ?? 0, lastMilliseconds)).toISOString();
}
