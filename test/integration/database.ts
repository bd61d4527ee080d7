import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RDSDataClient } from '@aws-sdk/client-rds-data';
import type { Limits } from '../../local/servers/data-api/limits.ts';
import { dataApiServer } from '../../local/servers/data-api/server.ts';
import { choosePorts } from '../../local/servers/ports.ts';
import { postgresServer } from '../../local/servers/postgres.ts';
import type { Server, ServerContext } from '../../local/servers/server.ts';

export const REFERENCE = {
  resourceArn: 'arn:aws:rds:us-east-1:000000000000:cluster:test',
  secretArn: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:test',
  database: 'pipeline',
};

export interface TestDatabase {
  postgres(): Server;
  /** Once more, on the data that is there. */
  startPostgres(): Promise<void>;
  readonly dataApi: Server;
  readonly client: RDSDataClient;
  stop(): Promise<void>;
}

/** An empty PostgreSQL behind the Data API, and the SDK's own client for it. */
export async function startDatabase(limits?: Limits): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'test-database-'));
  const [postgresPort, apiPort] = await choosePorts([
    { name: 'postgres', usual: 25_432 + Math.floor(Math.random() * 2_000), option: '' },
    { name: 'rds-data', usual: 28_081 + Math.floor(Math.random() * 2_000), option: '' },
  ]);
  const postgresContext = await context(folder, 'postgres', postgresPort);
  let postgres = postgresServer(postgresContext);
  const dataApi = dataApiServer(await context(folder, 'rds-data', apiPort), () => postgres.endpoint, limits);
  await Promise.all([postgres.start(), dataApi.start()]);
  await Promise.all([postgres.ready(), dataApi.ready()]);
  const client = new RDSDataClient({
    endpoint: dataApi.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'dummy', secretAccessKey: 'dummy' },
    maxAttempts: 1,
  });
  return {
    postgres: () => postgres,
    async startPostgres() {
      postgres = postgresServer(postgresContext);
      await postgres.start();
      await postgres.ready();
    },
    dataApi,
    client,
    async stop() {
      client.destroy();
      await dataApi.stop();
      await postgres.stop();
      await rm(folder, { recursive: true });
    },
  };
}

async function context(folder: string, name: string, port: number | undefined): Promise<ServerContext> {
  const data = join(folder, name);
  await mkdir(data, { mode: 0o700 });
  return { data, kept: false, log: join(folder, `${name}.log`), port: port ?? 0, cache: folder };
}
