import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { UsageError } from '../../command.ts';

/** Text with on-failure records. It can be read more than once: objects of S3 aren't kept in memory. */
export interface Document {
  read(): Promise<string>;
}

const BUCKET = /^(?:s3:\/\/|arn:[\w-]+:s3:::)([^/]+)\/?(.*)$/;

/** Places that can't be read, and what to do instead. */
const ELSEWHERE: readonly [RegExp, string][] = [
  [
    /^arn:[\w-]+:sns:/,
    'an SNS topic keeps no messages, so nothing can be read back. Subscribe an SQS queue to it, receive its messages with the AWS CLI, and give them by --from FILE; what came before the subscription is lost',
  ],
  [
    /^(arn:[\w-]+:sqs:|https:\/\/sqs\.)/,
    'receive the messages with the AWS CLI (aws sqs receive-message --queue-url URL --output json), and give them by --from FILE; delete them from the queue after the redrive',
  ],
  [/^kafka:\/\//, 'name the topic itself in place of --from'],
];

/**
 * Finds the documents at a place: a file, `-` for standard input, or `s3://BUCKET/PREFIX`, where each object is one.
 * @throws UsageError where nothing can be read
 */
export async function documentsAt(place: string, s3: () => S3Client): Promise<Document[]> {
  const hint = ELSEWHERE.find(([pattern]) => pattern.test(place))?.[1];
  if (hint !== undefined) throw new UsageError(`--from can't read ${place}: ${hint}`);
  const [, Bucket, Prefix] = BUCKET.exec(place) ?? [];
  if (Bucket !== undefined) return objectsIn(s3(), Bucket, Prefix ?? '');
  const content = place === '-' ? await text(process.stdin) : await fileText(place);
  return [{ read: async () => content }];
}

async function objectsIn(client: S3Client, Bucket: string, Prefix: string): Promise<Document[]> {
  const documents: Document[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix })) {
    for (const { Key } of Contents) {
      documents.push({
        async read() {
          const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
          return (await Body?.transformToString()) ?? '';
        },
      });
    }
  }
  return documents;
}

function fileText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new UsageError(`--from can't read ${path}: ${(cause as Error).message}`, { cause });
  });
}

/** S3 with the operator's own credentials. */
export function operatorS3({
  region,
  'aws-profile': profile,
}: {
  region?: string | undefined;
  'aws-profile'?: string | undefined;
}): S3Client {
  return new S3Client({ ...(region && { region }), ...(profile && { profile }) });
}
