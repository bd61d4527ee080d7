import { gunzipSync } from 'node:zlib';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import type { NewObject } from '#lib/stores/objects.ts';
import { batchOfRecords, type TestRecord } from '#test/support/msk-event.ts';
import { archiveObject, objectKey } from '../../sinks/s3/object.ts';
import { parseKey } from './key.ts';
import { contentOf } from './object.ts';
import type { Archive } from './store.ts';

/** An archive in memory, of objects as archiveToS3 writes them. */
export interface MemoryArchive extends Archive {
  readonly objects: Map<string, NewObject>;
  /** Archives records, at least one, of one partition as one object. @returns its key */
  put(records: readonly TestRecord[], checkpoint?: number): Promise<string>;
}

export function memoryArchive(): MemoryArchive {
  const objects = new Map<string, NewObject>();
  return {
    objects,
    async put(records, checkpoint) {
      const own = batchOfRecords([...records]).partitions[0]?.records as readonly KafkaRecord[];
      const first = own[0] as KafkaRecord;
      const from = checkpoint ?? first.offset;
      const key = objectKey({ topic: first.topic, partition: first.partition, epoch: 0 }, from, first.timestamp);
      objects.set(key, await archiveObject(own, from));
      return key;
    },
    topics: async () => [...new Set([...objects.keys()].map((key) => key.split('/')[0] as string))],
    async list(topic) {
      const keys = [...objects.keys()].filter((key) => key.startsWith(`${topic}/`));
      return {
        objects: keys.flatMap((key) => parseKey(key) ?? []),
        foreign: keys.filter((key) => parseKey(key) === undefined),
      };
    },
    async read(object) {
      const { metadata, body } = objects.get(object.key) as NewObject;
      let text: string | undefined;
      try {
        text = gunzipSync(body).toString();
      } catch {
        // as the archive in S3
      }
      return contentOf(object, metadata, text);
    },
  };
}
