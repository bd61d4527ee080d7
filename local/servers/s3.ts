import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Java } from './java/java.ts';
import { jvmServer } from './java/jvm-server.ts';
import type { Server, ServerContext } from './server.ts';

/**
 * S3Proxy, its objects in files: in memory it is full after some 50,000, hangs, and stays. It takes any credentials, and
 * buckets by path.
 */
export function s3Server(context: ServerContext, java: Java): Server {
  const endpoint = `http://127.0.0.1:${context.port}`;
  const objects = join(context.data, 'objects');
  const properties = join(context.data, 's3proxy.properties');
  return jvmServer(context, java, {
    name: 's3',
    endpoint,
    artifact: 's3',
    heap: 128,
    flags: ['-DLOG_LEVEL=warn'],
    main: ['org.gaul.s3proxy.Main', '--properties', properties],
    prepare: async () => {
      await mkdir(objects, { recursive: true });
      await writeFile(properties, s3Properties(endpoint, objects));
    },
    probe: async () => {
      const response = await fetch(endpoint, { signal: AbortSignal.timeout(2_000) });
      if (!response.ok) throw new Error(`ListBuckets: ${response.status}`);
      await response.body?.cancel();
    },
  });
}

function s3Properties(endpoint: string, folder: string): string {
  const properties = {
    's3proxy.endpoint': endpoint,
    's3proxy.authorization': 'none',
    'jclouds.provider': 'filesystem-nio2',
    'jclouds.identity': 'local',
    'jclouds.credential': 'local',
    'jclouds.filesystem.basedir': folder,
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
