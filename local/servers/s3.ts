import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BucketAlreadyOwnedByYou, CreateBucketCommand, type S3Client } from '@aws-sdk/client-s3';
import { s3Of } from '../deploy/servers.ts';
import type { ServerDescription } from './description.ts';
import { probeHttp } from './http-probe.ts';
import type { Artifact } from './jars/artifacts.ts';
import type { Java } from './java/java.ts';
import { jvmServer } from './java/jvm-server.ts';
import { propertiesText } from './java/properties.ts';
import type { Server, ServerContext } from './server.ts';

const ARTIFACT: Artifact = {
  name: 's3',
  version: '4.1.0',
  coordinates: ['org.gaul:s3proxy:4.1.0:jar-with-dependencies'],
  without: ['*:*'],
  megabytes: 55,
};

export const s3 = {
  name: 's3',
  usual: 9000,
  isIn: ({ minimal }) => !minimal,
  artifact: ARTIFACT,
  make: ({ context, java }) => s3Server(context, java),
  endpoint: 's3',
  variables: (endpoint) => ({ AWS_ENDPOINT_URL_S3: endpoint }),
  clientVariable: 'ARCHIVE_BUCKET',
  resources: {
    'AWS::S3::Bucket': {
      attributes(name) {
        const bucket = name.toLowerCase();
        return { Ref: bucket, Arn: `arn:aws:s3:::${bucket}` };
      },
      async create(name, _, { endpoint }) {
        const client = s3Of({ s3: endpoint });
        await createBucket(name.toLowerCase(), client).finally(() => client.destroy());
      },
    },
  },
} as const satisfies ServerDescription;

/**
 * S3Proxy with its objects in files: with objects in memory it hangs after about 50,000 objects. It accepts any
 * credentials, and path-style bucket names.
 */
function s3Server(context: ServerContext, java: Java): Server {
  const endpoint = `http://127.0.0.1:${context.port}`;
  const objects = join(context.data, 'objects');
  const properties = join(context.data, 's3proxy.properties');
  return jvmServer(context, java, {
    name: 's3',
    endpoint,
    artifact: ARTIFACT,
    heap: 128,
    flags: ['-DLOG_LEVEL=warn'],
    main: ['org.gaul.s3proxy.Main', '--properties', properties],
    prepare: async () => {
      await mkdir(objects, { recursive: true });
      await writeFile(properties, s3Properties(endpoint, objects));
    },
    probe: () => probeHttp('ListBuckets', endpoint),
  });
}

function s3Properties(endpoint: string, folder: string): string {
  return propertiesText({
    's3proxy.endpoint': endpoint,
    's3proxy.authorization': 'none',
    'jclouds.provider': 'filesystem-nio2',
    'jclouds.identity': 'local',
    'jclouds.credential': 'local',
    'jclouds.filesystem.basedir': folder,
  });
}

/** Creates a bucket; one that exists is not changed. */
async function createBucket(name: string, client: S3Client): Promise<void> {
  try {
    await client.send(new CreateBucketCommand({ Bucket: name }));
  } catch (error) {
    if (!(error instanceof BucketAlreadyOwnedByYou)) throw error;
  }
}
