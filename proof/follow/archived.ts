import { s3Of } from '#local/deploy/servers.ts';
import { type Bucket, listObjects, readObject } from '../readback/s3.ts';
import type { Coordinates } from './coordinates.ts';

/** The place of a record in the archive. */
export interface Archived {
  /** `s3://…` */
  object: string;
  /** from 1 */
  line: number;
  /** when the object became visible, ms since the epoch */
  at: number;
}

const KEY = /\/(\d+)-(\d{20})\.ndjson\.gz$/;

/** Finds a record's lines: in the last object of its partition that starts at or before its offset. */
export async function findArchived(place: Bucket, { topic, partition, offset }: Coordinates): Promise<Archived[]> {
  const objects = (await listObjects(place, `${topic}/`)).flatMap(({ key, lastModified }) => {
    const [, own, checkpoint] = KEY.exec(key) ?? [];
    return Number(own) === partition && Number(checkpoint) <= offset
      ? [{ key, checkpoint: Number(checkpoint), at: lastModified }]
      : [];
  });
  const last = Math.max(...objects.map(({ checkpoint }) => checkpoint));
  const s3 = s3Of({ s3: place.endpoint });
  try {
    const found: Archived[] = [];
    for (const { key, at } of objects.filter(({ checkpoint }) => checkpoint === last)) {
      const records = await readObject(s3, place.bucket, key);
      records.forEach((record, i) => {
        if (record.offset === offset) found.push({ object: `s3://${place.bucket}/${key}`, line: i + 1, at });
      });
    }
    return found;
  } finally {
    s3.destroy();
  }
}
