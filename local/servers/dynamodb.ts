import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { probeHttp } from './http-probe.ts';
import type { Java } from './java/java.ts';
import { jvmServer } from './java/jvm-server.ts';
import type { Server, ServerContext } from './server.ts';

/** DynamoDB Local accepts any credential, but refuses a request without one. */
const CREDENTIAL =
  'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0';

/** DynamoDB Local: one database for all regions and keys; on disk where the data is kept, or else in memory. */
export function dynamodbServer(context: ServerContext, java: Java): Server {
  const endpoint = `http://127.0.0.1:${context.port}`;
  const database = join(context.data, 'database');
  return jvmServer(context, java, {
    name: 'dynamodb',
    endpoint,
    artifact: 'dynamodb',
    heap: 384,
    flags: ['--enable-native-access=ALL-UNNAMED'],
    main: ['LoopbackDynamoDb', String(context.port), ...(context.kept ? [database] : [])],
    prepare: async () => {
      await mkdir(database, { recursive: true });
    },
    probe: () =>
      probeHttp('ListTables', endpoint, {
        method: 'POST',
        headers: {
          authorization: CREDENTIAL,
          'content-type': 'application/x-amz-json-1.0',
          'x-amz-target': 'DynamoDB_20120810.ListTables',
        },
        body: '{}',
      }),
  });
}
