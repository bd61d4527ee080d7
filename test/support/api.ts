import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { apiRoutesOf } from '#local/api/routes.ts';
import { serveApi } from '#local/api/serve-api.ts';
import { DUMMY_CREDENTIALS, LOCAL_REGION } from '#local/deploy/servers.ts';
import { choosePorts } from '#local/servers/ports/ports.ts';
import type { CompiledTemplate } from '#msk';
import { templateFile } from '../template/compiled.ts';
import { lambdaContext } from './msk-event.ts';

export interface TestApi {
  /** "http://127.0.0.1:PORT" */
  readonly url: string;
  stop(): Promise<void>;
}

/** The stores' addresses; of DynamoDB the tables' names too. */
export interface Stores {
  readonly kafka: string;
  readonly rdsData: string;
  readonly dynamodb: string;
  readonly tables: { VEHICLES_TABLE: string; TRIPS_TABLE: string; ALERTS_TABLE: string };
}

type Handler = (event: unknown, context: unknown) => Promise<unknown>;

/** Serves the routes of the template by the handlers in this process, as a run serves them by the bundles. */
export async function startApi(stores: Stores): Promise<TestApi> {
  const msk = await startMsk(stores.kafka);
  Object.assign(process.env, {
    AWS_REGION: LOCAL_REGION,
    AWS_ACCESS_KEY_ID: DUMMY_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: DUMMY_CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL_KAFKA: `http://127.0.0.1:${(msk.address() as AddressInfo).port}`,
    AWS_ENDPOINT_URL_RDS_DATA: stores.rdsData,
    AWS_ENDPOINT_URL_DYNAMODB: stores.dynamodb,
    ...stores.tables,
    DATABASE_ARN: 'arn:aws:rds:us-east-1:000000000000:cluster:test',
    DATABASE_SECRET_ARN: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:test',
    DATABASE_NAME: 'pipeline',
    KAFKA_AUTH: 'none',
    CLOUDWATCH: 'off',
    POWERTOOLS_METRICS_NAMESPACE: 'test',
    CLUSTER_ARN: 'arn:aws:kafka:us-east-1:000000000000:cluster/test/uuid',
    MAPPINGS: JSON.stringify({ processTelemetry: ['raw-data-topic'], archiveToS3: ['raw-data-dlq'] }),
  });
  const template = JSON.parse(await readFile(await templateFile('local'), 'utf8')) as CompiledTemplate;
  const [port = 0] = await choosePorts([
    { name: 'api', usual: 29_000 + Math.floor(Math.random() * 1_000), option: '' },
  ]);
  const api = await serveApi(apiRoutesOf(template), {
    port,
    runs: () => true,
    log: (line) => console.error(line),
    async invoke(functionLogicalId, event) {
      const file = String(template.Resources[functionLogicalId]?.Properties?.['Handler']);
      const module = file.replace(/^functions\/(.*)\.handler$/, '#functions/$1.ts');
      const { handler } = (await import(module)) as { handler: Handler };
      return handler(event, lambdaContext());
    },
  });
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      await api.stop();
      msk.closeAllConnections();
      msk.close();
    },
  };
}

/** Amazon MSK's API, as far as functions ask it: the brokers' addresses. */
async function startMsk(brokers: string): Promise<Server> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ bootstrapBrokerString: brokers }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
