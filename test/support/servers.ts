import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { Client } from '@opensearch-project/opensearch';
import type { Item } from '#lib/stores/attributes.ts';
import { DUMMY_CREDENTIALS, LOCAL_REGION } from '#local/deploy/servers.ts';
import type { ServerDescription } from '#local/servers/description.ts';
import { dynamodb } from '#local/servers/dynamodb.ts';
import { MODERN } from '#local/servers/java/private-java.ts';
import { opensearch } from '#local/servers/opensearch.ts';
import { choosePorts } from '#local/servers/ports/ports.ts';
import { s3 } from '#local/servers/s3.ts';
import { schemaRegistry } from '#local/servers/schema-registry.ts';
import type { Server } from '#local/servers/server.ts';
import { javaWith } from './java.ts';
import { keepOnFailure } from './kept-logs.ts';

/** Settings of a client that never retries, so that tests see every error. */
const settings = (endpoint: string) => ({
  endpoint,
  region: LOCAL_REGION,
  credentials: DUMMY_CREDENTIALS,
  maxAttempts: 1,
});

export interface TestServer {
  readonly server: Server;
  stop(): Promise<void>;
}

/** A Java program that needs no other server. */
type JavaServer = ServerDescription & Required<Pick<ServerDescription, 'artifact'>>;

async function startServer({ name, artifact, modernJava, make }: JavaServer): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), `test-${name}-`));
  const data = join(folder, name);
  await mkdir(data, { mode: 0o700 });
  const { cache, java } = await javaWith(artifact, modernJava && MODERN);
  const usual = 24_000 + Math.floor(Math.random() * 4_000);
  const [port = 0, secondPort = 0] = await choosePorts(Array.from({ length: 2 }, () => ({ name, usual, option: '' })));
  const log = join(folder, 'log');
  keepOnFailure(`${name}.log`, log);
  const context = { data, kept: false, log, port, cache };
  const endpointOf = (other: string) => {
    throw new Error(`${name} is started without ${other}`);
  };
  const server = make({ context, java, endpointOf, brokers: '', secondPort, root: '' });
  await server.start();
  await server.ready();
  return {
    server,
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true });
    },
  };
}

export interface TestTables extends TestServer {
  readonly client: DynamoDBClient;
  /** Creates a table with keys "name:type", the partition key first. @returns its name */
  create(table: string, ...keys: `${string}:${'S' | 'N'}`[]): Promise<string>;
  items(table: string): Promise<Item[]>;
}

/** Starts an empty DynamoDB Local. */
export async function startTables(): Promise<TestTables> {
  const started = await startServer(dynamodb);
  const client = new DynamoDBClient(settings(started.server.endpoint));
  return {
    ...started,
    client,
    async create(table, ...keys) {
      const attributes = keys.map((key) => key.split(':') as [string, 'S' | 'N']);
      await client.send(
        new CreateTableCommand({
          TableName: table,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: attributes.map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
          KeySchema: attributes.map(([AttributeName], i) => ({ AttributeName, KeyType: i === 0 ? 'HASH' : 'RANGE' })),
        }),
      );
      return table;
    },
    items: async (table) =>
      (await client.send(new ScanCommand({ TableName: table, ConsistentRead: true }))).Items ?? [],
  };
}

/** A client of DynamoDB whose server can't be reached. */
export const unreachableTables = () => new DynamoDBClient(settings('http://127.0.0.1:1'));

export interface TestBucket extends TestServer {
  readonly client: S3Client;
  readonly bucket: string;
}

/** Starts an S3 server with one empty bucket. */
export async function startBucket(): Promise<TestBucket> {
  const started = await startServer(s3);
  const client = new S3Client({ ...settings(started.server.endpoint), forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: 'archive' }));
  return { ...started, client, bucket: 'archive' };
}

/** Starts an empty schema registry. Its endpoint is the root of Confluent's API. */
export function startRegistry(): Promise<TestServer> {
  return startServer(schemaRegistry);
}

/** Starts an empty OpenSearch node, with a client that never retries. */
export async function startSearch(): Promise<TestServer & { readonly client: Client }> {
  const started = await startServer(opensearch);
  return { ...started, client: new Client({ node: started.server.endpoint, maxRetries: 0 }) };
}
