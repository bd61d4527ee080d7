import { HeadObjectCommand, PutObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import type { Deadline } from '../deadline.ts';
import type { Coordinates } from '../kafka/records.ts';
import { oneAttempt, storeCall } from './call.ts';

export interface NewObject {
  readonly body: Buffer;
  readonly contentType: string;
  /** names in lower case, ASCII values: S3 user metadata */
  readonly metadata: Readonly<Record<string, string>>;
  /** the records in it, for traces */
  readonly records?: readonly Coordinates[];
}

/** Objects of a bucket that are created once and never changed. */
export interface ImmutableObjects {
  /**
   * Creates an object if there is none under that key.
   * @returns the metadata of the object that is stored now: the new one or the earlier one
   * @throws TransientError; the object may be stored all the same
   */
  create(key: string, object: NewObject, deadline: Deadline): Promise<Readonly<Record<string, string>>>;
}

/** Long enough for a put of several MB when S3 is slow. A retry is cheap. */
const TIMEOUT_MS = 10_000;

/** 412 means that the object exists. 409 means that another put is in progress: that is a transient failure. */
const PRECONDITION_FAILED = 412;

/** @see "Conditional writes" of the Amazon S3 User Guide */
export function immutableObjects(bucket: string, client = new S3Client(oneAttempt)): ImmutableObjects {
  return {
    create: async (key, { body, contentType, metadata, records }, deadline) => {
      const call = { store: 'S3', deadline, timeoutMs: TIMEOUT_MS };
      const put = new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: body,
        ContentType: contentType,
        Metadata: { ...metadata },
        IfNoneMatch: '*',
      });
      const created = await storeCall({ ...call, operation: 'PutObject', records }, async (options) => {
        try {
          await client.send(put, options);
          return true;
        } catch (error) {
          if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === PRECONDITION_FAILED)
            return false;
          throw error;
        }
      });
      if (created) return metadata;
      const head = new HeadObjectCommand({ Bucket: bucket, Key: key });
      const { Metadata } = await storeCall({ ...call, operation: 'HeadObject' }, (options) =>
        client.send(head, options),
      );
      return Metadata ?? {};
    },
  };
}
