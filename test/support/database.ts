import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RDSDataClient } from '@aws-sdk/client-rds-data';
import pg from 'pg';
import type { Limits } from '#local/servers/data-api/limits.ts';
import { dataApiServer } from '#local/servers/data-api/server.ts';
import { choosePorts } from '#local/servers/ports/ports.ts';
import { postgresServer } from '#local/servers/postgres/postgres.ts';
import type { Server, ServerContext } from '#local/servers/server.ts';
import { keepOnFailure } from './kept-logs.ts';

export const REFERENCE = {
  resourceArn: 'arn:aws:rds:us-east-1:000000000000:cluster:test',
  secretArn: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:test',
  database: 'pipeline',
};

export interface TestDatabase {
  postgres(): Server;
  /** Starts PostgreSQL again on its data. */
  startPostgres(): Promise<void>;
  readonly dataApi: Server;
  /** Starts another Data API with these limits for the same PostgreSQL. @returns its client */
  limited(limits: Limits): Promise<RDSDataClient>;
  readonly client: RDSDataClient;
  stop(): Promise<void>;
}

/** Starts an empty PostgreSQL with the Data API, and a client of the SDK. */
export async function startDatabase(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'test-database-'));
  const port = async (name: string, from: number) =>
    (await choosePorts([{ name, usual: from + Math.floor(Math.random() * 2_000), option: '' }]))[0];
  const postgresContext = await context(folder, 'postgres', await port('postgres', 25_432));
  let postgres = postgresServer(postgresContext);
  await postgres.start();
  await postgres.ready();
  const more: { server: Server; client: RDSDataClient }[] = [];
  async function startDataApi(limits?: Limits): Promise<{ server: Server; client: RDSDataClient }> {
    const own = await context(folder, 'rds-data', await port('rds-data', 28_081));
    const server = dataApiServer(own, () => postgres.endpoint, limits);
    await server.start();
    await server.ready();
    const client = new RDSDataClient({
      endpoint: server.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'dummy', secretAccessKey: 'dummy' },
      maxAttempts: 1,
    });
    return { server, client };
  }
  const { server: dataApi, client } = await startDataApi();
  return {
    postgres: () => postgres,
    async startPostgres() {
      postgres = postgresServer(postgresContext);
      await postgres.start();
      await postgres.ready();
    },
    dataApi,
    client,
    async limited(limits) {
      const one = await startDataApi(limits);
      more.push(one);
      return one.client;
    },
    async stop() {
      for (const own of [{ server: dataApi, client }, ...more]) {
        own.client.destroy();
        await own.server.stop();
      }
      await postgres.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** Runs SQL on PostgreSQL directly, not through the Data API. @returns the rows */
export async function query(postgres: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: postgres });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Runs all files of resources/sql on PostgreSQL. */
export async function createSchema(postgres: string): Promise<void> {
  const folder = join(import.meta.dirname, '../../resources/sql');
  for (const file of (await readdir(folder)).toSorted())
    await query(postgres, await readFile(join(folder, file), 'utf8'));
}

async function context(folder: string, name: string, port: number | undefined): Promise<ServerContext> {
  const data = join(folder, name);
  await mkdir(data, { mode: 0o700, recursive: true });
  const log = join(folder, `${name}.log`);
  keepOnFailure(`${name}.log`, log);
  return { data, kept: false, log, port: port ?? 0, cache: folder };
}
