import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { GetObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { s3Of } from '#local/deploy/servers.ts';
import type { ArchiveObject, LogRecord } from '../world.ts';
import { recordOfLine } from './archive-line.ts';
import { inParallel } from './parallel.ts';
import type { StackReadback } from './readback.ts';

const decompress = promisify(gunzip);
const AT_ONCE = 16;

export interface Bucket {
  endpoint: string;
  bucket: string;
}

/** The whole archive, in order of its keys. */
export const s3: StackReadback<Bucket, ArchiveObject[]> = {
  placeOf: (endpoints, refOf) => ({ endpoint: endpoints.s3, bucket: refOf('ArchiveBucket') }),
  read: readArchive,
};

/** The keys of a bucket under a prefix, with the time at which each became visible (ms since the epoch). */
export async function listObjects(
  { endpoint, bucket }: Bucket,
  prefix = '',
): Promise<Omit<ArchiveObject, 'records'>[]> {
  const client = s3Of({ s3: endpoint });
  try {
    const objects = [];
    for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
      for (const { Key = '', LastModified } of page.Contents ?? []) {
        objects.push({ key: Key, lastModified: LastModified?.getTime() ?? 0 });
      }
    }
    return objects;
  } finally {
    client.destroy();
  }
}

async function readArchive(place: Bucket): Promise<ArchiveObject[]> {
  const listed = await listObjects(place);
  const client = s3Of({ s3: place.endpoint });
  try {
    return await inParallel(listed, AT_ONCE, async (object) => ({
      ...object,
      records: await readObject(client, place.bucket, object.key),
    }));
  } finally {
    client.destroy();
  }
}

/** The records of one object. @throws Error naming an object that the archive didn't write */
export async function readObject(client: S3Client, bucket: string, key: string): Promise<LogRecord[]> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
  try {
    const lines = (await decompress(bytes)).toString('utf8').split('\n');
    if (lines.pop() !== '') throw new Error('the last line has no line feed');
    return lines.map(recordOfLine);
  } catch (cause) {
    throw new Error(`s3://${bucket}/${key} is not an object of the archive`, { cause });
  }
}
