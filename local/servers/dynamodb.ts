import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Java } from './java/java.ts';
import { jvmServer } from './java/jvm-server.ts';
import type { Server, ServerContext } from './server.ts';

/** Any credential will do; DynamoDB Local only refuses a request that has none. */
const CREDENTIAL =
  'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0';

/** DynamoDB Local, one database for every region and key; in memory, on disk where its data is kept. */
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
    probe: async () => {
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: {
          authorization: CREDENTIAL,
          'content-type': 'application/x-amz-json-1.0',
          'x-amz-target': 'DynamoDB_20120810.ListTables',
        },
        body: '{}',
        signal: AbortSignal.timeout(2_000),
      });
      if (!response.ok) throw new Error(`ListTables: ${response.status} ${await response.text()}`);
      await response.body?.cancel();
    },
  });
}
