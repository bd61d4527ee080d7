import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { arn } from '../../deploy/resource-type.ts';
import type { ServerDescription } from '../description.ts';
import { type Server, type ServerContext, ServerError } from '../server.ts';
import { DataApiError } from './errors.ts';
import { LIMITS, type Limits } from './limits.ts';
import { dataApi } from './operations.ts';

const READY_MS = 120_000;
const ANSWER_MS = 2_000;
const KEEP_ALIVE_MS = 120_000;
/** The request that tells whether PostgreSQL answers. */
const PROBE = JSON.stringify({ resourceArn: 'arn:', secretArn: 'arn:', sql: 'SELECT 1' });

export const rdsData = {
  name: 'rds-data',
  usual: 8081,
  isIn: ({ minimal }) => !minimal,
  make: ({ context, endpointOf }) => dataApiServer(context, () => endpointOf('postgres')),
  endpoint: 'rdsData',
  variables: (endpoint) => ({ AWS_ENDPOINT_URL_RDS_DATA: endpoint }),
  clientVariable: 'DATABASE_ARN',
  resources: {
    'AWS::RDS::DBCluster': {
      attributes: (name) => ({
        Ref: name,
        DBClusterArn: arn('rds', `cluster:${name}`),
        'MasterUserSecret.SecretArn': arn('secretsmanager', `secret:${name}`),
      }),
    },
  },
} as const satisfies ServerDescription;

/**
 * The RDS Data API in front of a PostgreSQL server, in this process: the endpoint for `AWS_ENDPOINT_URL_RDS_DATA`. It
 * accepts any resource ARN and any secret ARN; requests must be signed, with any credentials. Where the documentation
 * doesn't tell the service's behaviour, this endpoint has the stricter one, and a comment says so.
 *
 * @param postgresUrl `postgres://user:password@127.0.0.1:port/database`, with the default database; called at the first
 * request
 */
export function dataApiServer(context: ServerContext, postgresUrl: () => string, limits: Limits = LIMITS): Server {
  const api = dataApi(postgresUrl, limits);
  const http = createServer((request, response) => void respond(request, response));
  // Longer than clients keep a connection: a request on a connection that just closes looks like an outage.
  http.keepAliveTimeout = KEEP_ALIVE_MS;
  const endpoint = `http://127.0.0.1:${context.port}`;

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      send(response, 200, await answer(request));
    } catch (thrown) {
      const error = thrown instanceof DataApiError ? thrown : internal(thrown);
      response.setHeader('x-amzn-errortype', error.exception);
      send(response, error.status, { message: error.message });
    }
  }

  async function answer(request: IncomingMessage): Promise<object> {
    const path = request.url ?? '';
    if (request.method !== 'POST' || !api.knows(path)) {
      throw new DataApiError('NotFoundException', `No such operation here: ${request.method} ${path}`);
    }
    if (!request.headers.authorization) throw new DataApiError('ForbiddenException', 'Missing Authentication Token');
    return api.run(path, await readBody(request, limits.requestBytes));
  }

  return {
    name: 'rds-data',
    endpoint,
    start: () =>
      new Promise((resolve, reject) => {
        http.once('error', (cause) => {
          reject(new ServerError(`rds-data can't listen on ${endpoint}: ${cause.message}`, { cause }));
        });
        http.listen(context.port, '127.0.0.1', resolve);
      }),
    async ready() {
      for (const end = Date.now() + READY_MS; ; await sleep(50)) {
        try {
          await api.run('/Execute', PROBE);
          return;
        } catch (cause) {
          if (Date.now() > end)
            throw new ServerError(`rds-data gets no answer from PostgreSQL: ${String(cause)}`, { cause });
        }
      }
    },
    async answers() {
      const late = sleep(ANSWER_MS, false, { ref: false });
      const answered = api.run('/Execute', PROBE).then(
        () => true,
        () => false,
      );
      return Promise.race([answered, late]);
    },
    async stop() {
      if (http.listening) {
        await new Promise((resolve) => {
          http.close(resolve);
          http.closeAllConnections();
        });
      }
      await api.close();
    },
  };
}

function internal(thrown: unknown): DataApiError {
  const reason = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return new DataApiError('InternalServerErrorException', reason, { cause: thrown });
}

/** Reads the whole body, but keeps no more than the limit: a client that still sends doesn't read an answer. */
async function readBody(request: IncomingMessage, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
  }
  if (size > limit) throw new DataApiError('RequestEntityTooLargeException', 'Request Entity Too Large');
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
