import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { type Deadline, retry, within } from '#lib/deadline.ts';
import { storeCall } from '#lib/stores/call.ts';
import { type ArchiveKey, parseKey } from './key.ts';
import { type Content, contentOf, type FaultyObject } from './object.ts';

/** Reads the archive. Nothing here writes to it. */
export interface Archive {
  /** The topics that have objects. */
  topics(): Promise<string[]>;
  /** The objects of a topic, of all its lives, and the keys below its name that the archive doesn't make. */
  list(topic: string): Promise<{ objects: ArchiveKey[]; foreign: string[] }>;
  /** The records of an object, or what is wrong with it. */
  readonly read: (object: ArchiveKey) => Promise<Content | FaultyObject>;
}

const CALL_MS = 20_000;
/** How long a call is tried again, while S3 doesn't answer. */
const RETRY_MS = 60_000;
const unzip = promisify(gunzip);

export function archiveIn(bucket: string, client: S3Client, deadline: Deadline): Archive {
  const call = { store: 'S3', deadline, timeoutMs: CALL_MS };
  const patience = () => within(RETRY_MS, deadline);

  async function* pages(input: { Prefix?: string; Delimiter?: string }) {
    let next: string | undefined;
    do {
      const command = new ListObjectsV2Command({ Bucket: bucket, ...input, ContinuationToken: next });
      const page = await retry(() => storeCall(call, (options) => client.send(command, options)), {
        deadline: patience(),
      });
      yield page;
      next = page.NextContinuationToken;
    } while (next);
  }

  return {
    async topics() {
      const topics: string[] = [];
      for await (const { CommonPrefixes = [] } of pages({ Delimiter: '/' })) {
        topics.push(...CommonPrefixes.flatMap(({ Prefix }) => Prefix?.slice(0, -1) ?? []));
      }
      return topics;
    },
    async list(topic) {
      const objects: ArchiveKey[] = [];
      const foreign: string[] = [];
      for await (const { Contents = [] } of pages({ Prefix: `${topic}/` })) {
        for (const { Key = '' } of Contents) {
          const parsed = parseKey(Key);
          if (parsed?.topic === topic) objects.push(parsed);
          else foreign.push(Key);
        }
      }
      return { objects, foreign };
    },
    async read(object) {
      const command = new GetObjectCommand({ Bucket: bucket, Key: object.key });
      const got = await retry(
        () =>
          storeCall(call, async (options) => {
            const { Body, Metadata = {} } = await client.send(command, options);
            return { metadata: Metadata, bytes: (await Body?.transformToByteArray()) ?? new Uint8Array() };
          }),
        { deadline: patience() },
      );
      let text: string | undefined;
      try {
        text = (await unzip(got.bytes)).toString('utf8');
      } catch {
        // The object is cut or isn't gzip: contentOf reports it, with what the metadata say.
      }
      return contentOf(object, got.metadata, text);
    },
  };
}
