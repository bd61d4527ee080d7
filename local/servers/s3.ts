import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { probeHttp } from './http-probe.ts';
import type { Java } from './java/java.ts';
import { jvmServer } from './java/jvm-server.ts';
import { propertiesText } from './java/properties.ts';
import type { Server, ServerContext } from './server.ts';

/**
 * S3Proxy with its objects in files: with objects in memory it hangs after about 50,000 objects. It accepts any
 * credentials, and path-style bucket names.
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
