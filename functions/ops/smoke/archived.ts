import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { Deadline } from '#lib/deadline.ts';
import { oneAttempt, storeCall } from '#lib/stores/call.ts';
import { parseLine } from '../../sinks/s3/line.ts';
import { objectKey } from '../../sinks/s3/object.ts';
import type { Place, Range } from './place.ts';

const HOUR_MS = 3_600_000;
const CALL_MS = 5_000;
const unzip = promisify(gunzip);

/** The archive of a topic in its first life (epoch 0). It is the topic's log: nothing is ever removed from it. */
export function archiveIn(bucket: string, client = new S3Client(oneAttempt)): Place {
  const call = (deadline: Deadline) => ({ store: 'S3', deadline, timeoutMs: CALL_MS });

  async function listed(prefix: string, deadline: Deadline): Promise<string[]> {
    const keys: string[] = [];
    let next: string | undefined;
    do {
      const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: next });
      const page = await storeCall(call(deadline), (options) => client.send(command, options));
      keys.push(...(page.Contents ?? []).flatMap(({ Key }) => Key ?? []));
      next = page.NextContinuationToken;
    } while (next);
    return keys;
  }

  /**
   * The objects of one hour that may have records of the range: the last one that begins at or before the range, and
   * all that begin within it.
   */
  async function objectsOf(topic: string, { partition, from, to }: Range, hour: number, deadline: Deadline) {
    const keyAt = (offset: number) => objectKey({ topic, partition, epoch: 0 }, offset, hour);
    const prefix = keyAt(0).slice(0, keyAt(0).lastIndexOf('-') + 1);
    const keys = (await listed(prefix, deadline)).filter((key) => key < keyAt(to));
    const first = keys.findLastIndex((key) => key <= keyAt(from));
    return keys.slice(Math.max(0, first));
  }

  async function keysIn(object: string, marker: string, deadline: Deadline): Promise<string[]> {
    const command = new GetObjectCommand({ Bucket: bucket, Key: object });
    const body = await storeCall(call(deadline), async (options) => {
      const { Body } = await client.send(command, options);
      return (await Body?.transformToByteArray()) ?? new Uint8Array();
    });
    const lines = (await unzip(body)).toString('utf8').trimEnd().split('\n').map(parseLine);
    return lines.map(({ key }) => String(key)).filter((key) => key.startsWith(marker));
  }

  return {
    name: 'the archive',
    async find({ topic, marker, ranges, since, until }, deadline) {
      const keys: string[] = [];
      for (const range of ranges) {
        for (const hour of hoursOf(since, until)) {
          for (const object of await objectsOf(topic, range, hour, deadline)) {
            keys.push(...(await keysIn(object, marker, deadline)));
          }
        }
      }
      return new Set(keys);
    },
  };
}

/** The hour of an object is that of its first record, which may be another record, of the hour before. */
function hoursOf(since: number, until: number): number[] {
  const hours = [since - HOUR_MS, since, until].map((ms) => Math.floor(ms / HOUR_MS) * HOUR_MS);
  return [...new Set(hours)];
}
