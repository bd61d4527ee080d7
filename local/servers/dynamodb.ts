import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  type DynamoDBClient,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { arn } from '../deploy/resource-type.ts';
import { dynamodbOf } from '../deploy/servers.ts';
import type { ServerDescription } from './description.ts';
import { probeHttp } from './http-probe.ts';
import type { Artifact } from './jars/artifacts.ts';
import type { Java } from './java/java.ts';
import { jvmServer } from './java/jvm-server.ts';
import type { Server, ServerContext } from './server.ts';

const ARTIFACT: Artifact = {
  name: 'dynamodb',
  version: '3.1.0',
  coordinates: ['software.amazon.dynamodb:DynamoDBLocal:3.1.0'],
  // Clients of the telemetry, and a test library.
  without: [
    'software.amazon.awssdk:pinpoint',
    'software.amazon.awssdk:cognitoidentity',
    'software.amazon.awssdk:cognitoidentityprovider',
    'org.mockito:mockito-core',
  ],
  withoutManifest: 'DynamoDBLocal-',
  source: 'java/LoopbackDynamoDb.java',
  megabytes: 40,
};

/** DynamoDB Local. Every stack has it, so every function that uses it runs. */
export const dynamodb = {
  name: 'dynamodb',
  usual: 8000,
  artifact: ARTIFACT,
  make: ({ context, java }) => dynamodbServer(context, java),
  endpoint: 'dynamodb',
  variables: (endpoint) => ({ AWS_ENDPOINT_URL_DYNAMODB: endpoint }),
  resources: {
    'AWS::DynamoDB::Table': {
      attributes: (name) => ({ Ref: name, Arn: arn('dynamodb', `table/${name}`) }),
      async create(name, properties, { endpoint }) {
        const client = dynamodbOf({ dynamodb: endpoint });
        await createTable(name, properties, client).finally(() => client.destroy());
      },
    },
  },
} as const satisfies ServerDescription;

/** DynamoDB Local accepts any credential, but refuses a request without one. */
const CREDENTIAL =
  'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0';

/** One database for all regions and keys; on disk where the data is kept, or else in memory. */
function dynamodbServer(context: ServerContext, java: Java): Server {
  const endpoint = `http://127.0.0.1:${context.port}`;
  const database = join(context.data, 'database');
  return jvmServer(context, java, {
    name: 'dynamodb',
    endpoint,
    artifact: ARTIFACT,
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

/** Creates a table; one that exists is not changed. */
async function createTable(name: string, properties: unknown, client: DynamoDBClient): Promise<void> {
  const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, TimeToLiveSpecification } =
    properties as CreateTableCommandInput & { TimeToLiveSpecification?: { AttributeName: string; Enabled: boolean } };
  const table = { TableName: name, BillingMode: 'PAY_PER_REQUEST' as const, AttributeDefinitions, KeySchema };
  const indexes = GlobalSecondaryIndexes && { GlobalSecondaryIndexes };
  try {
    await client.send(new CreateTableCommand({ ...table, ...indexes }));
  } catch (error) {
    if (error instanceof ResourceInUseException) return;
    throw error;
  }
  if (TimeToLiveSpecification) {
    await client.send(new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification }));
  }
}
