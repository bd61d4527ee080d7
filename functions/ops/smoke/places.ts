import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { DeleteItemCommand, DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { Deadline } from '../../../lib/deadline.ts';
import { oneAttempt, storeCall } from '../../../lib/stores/call.ts';
import type { Database } from '../../../lib/stores/data-api.ts';
import { parseLine } from '../../sinks/s3/line.ts';
import { objectKey } from '../../sinks/s3/object.ts';

/** Where Kafka put a marked record. */
export interface Coordinates {
  partition: number;
  offset: number;
  /** ms */
  timestamp: number;
}

const HOUR_MS = 3_600_000;
const CALL_MS = 5_000;
const unzip = promisify(gunzip);

/** The marked records' coordinates, as far as PostgreSQL has them: their keys begin with the marker. */
export async function rowsOf(database: Database, topic: string, marker: string): Promise<Coordinates[]> {
  const found = await database.execute(
    `SELECT partition, "offset", (extract(epoch FROM "timestamp") * 1000)::bigint FROM records
     WHERE topic = :topic AND key_text LIKE :keys`,
    [
      { name: 'topic', value: { stringValue: topic } },
      { name: 'keys', value: { stringValue: `${marker}-%` } },
    ],
  );
  return (found.records ?? []).map(([partition, offset, timestamp]) => ({
    partition: Number(partition?.longValue),
    offset: Number(offset?.longValue),
    timestamp: Number(timestamp?.longValue),
  }));
}

export async function deleteRows(database: Database, topic: string, marker: string): Promise<void> {
  await database.execute('DELETE FROM records WHERE topic = :topic AND key_text LIKE :keys', [
    { name: 'topic', value: { stringValue: topic } },
    { name: 'keys', value: { stringValue: `${marker}-%` } },
  ]);
}

/** Items of RecordsTable, one per record. */
export function itemsIn(table: string, topic: string, client = new DynamoDBClient(oneAttempt)) {
  const keyOf = ({ partition, offset }: Coordinates) => ({
    topicPartition: { S: `${topic}-${partition}` },
    offset: { N: String(offset) },
  });
  const call = (deadline: Deadline) => ({ store: 'DYNAMODB', deadline, timeoutMs: CALL_MS });
  return {
    async has(record: Coordinates, deadline: Deadline): Promise<boolean> {
      const command = new GetItemCommand({ TableName: table, Key: keyOf(record), ConsistentRead: true });
      const { Item } = await storeCall(call(deadline), (options) => client.send(command, options));
      return Item !== undefined;
    },
    async remove(record: Coordinates, deadline: Deadline): Promise<void> {
      const command = new DeleteItemCommand({ TableName: table, Key: keyOf(record) });
      await storeCall(call(deadline), (options) => client.send(command, options));
    },
  };
}

/** The archive of a topic in its first life. */
export function archiveIn(bucket: string, topic: string, client = new S3Client(oneAttempt)) {
  const call = (deadline: Deadline) => ({ store: 'S3', deadline, timeoutMs: CALL_MS });

  /** The last object of that hour whose records begin at the record or before it. */
  async function objectOf({ partition, offset, timestamp }: Coordinates, deadline: Deadline) {
    const last = objectKey({ topic, partition, epoch: 0 }, offset, timestamp);
    const prefix = last.slice(0, last.lastIndexOf('-') + 1);
    let found: string | undefined;
    for (let token: string | undefined, more = true; more; more = token !== undefined) {
      const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token });
      const page = await storeCall(call(deadline), (options) => client.send(command, options));
      for (const { Key = '' } of page.Contents ?? []) if (Key <= last) found = Key;
      token = page.NextContinuationToken;
    }
    return found;
  }

  return {
    async has(record: Coordinates, marker: string, deadline: Deadline): Promise<boolean> {
      // An object is under the hour of its first record.
      for (const timestamp of [record.timestamp, record.timestamp - HOUR_MS]) {
        const key = await objectOf({ ...record, timestamp }, deadline);
        if (key === undefined) continue;
        const command = new GetObjectCommand({ Bucket: bucket, Key: key });
        const body = await storeCall(call(deadline), async (options) => {
          const { Body } = await client.send(command, options);
          return (await Body?.transformToByteArray()) ?? new Uint8Array();
        });
        const lines = (await unzip(body)).toString('utf8').trimEnd().split('\n').map(parseLine);
        if (lines.some(({ offset, key: own }) => offset === record.offset && own?.toString().startsWith(marker))) {
          return true;
        }
      }
      return false;
    },
  };
}
