import type { Invoke } from '#msk';
import { type OfflineLambda, offlineHttp } from './offline-http.ts';
import type { ApiRoute } from './routes.ts';

export interface RunningApi {
  stop(): Promise<void>;
}

export interface ApiOptions {
  readonly port: number;
  readonly invoke: Invoke;
  /** Whether the stack has the stores of a function. Without them its routes answer 503. */
  readonly runs: (functionLogicalId: string) => boolean;
}

/** ms that requests may take to end at a stop. */
const STOP_MS = 1_000;

const NO_STORE = {
  statusCode: 503,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ error: 'this run does not have the store of this route: start it without --minimal' }),
};

/**
 * Serves the template's HTTP API on 127.0.0.1, by serverless-offline's HTTP server and the packaged functions. Two
 * differences from API Gateway: no request is authorised, and no route is throttled.
 * @throws Error where the port is taken
 */
export async function serveApi(routes: readonly ApiRoute[], { port, invoke, runs }: ApiOptions): Promise<RunningApi> {
  const lambda: OfflineLambda = {
    get(functionLogicalId) {
      let event: unknown;
      return {
        setEvent: (given) => {
          event = given;
        },
        runHandler: async () => (runs(functionLogicalId) ? invoke(functionLogicalId, event) : NO_STORE),
      };
    },
  };
  const http = await offlineHttp(port, lambda);
  await http.createServer();
  http.create(
    routes.map(({ routeKey, functionLogicalId }) => ({
      functionKey: functionLogicalId,
      handler: 'api.handler',
      http: { routeKey, isHttpApi: true, payload: '2.0' },
    })),
  );
  http.create404Route();
  const server = http.getServer();
  await server.start();
  return { stop: () => server.stop({ timeout: STOP_MS }) };
}
