import type { Invoke } from '#msk';
import { isLoopback } from '../loopback.ts';
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
  /** gets a line about each failed invocation */
  readonly log: (line: string) => void;
}

/** ms that requests may take to end at a stop. */
const STOP_MS = 1_000;

const response = (statusCode: number, body: object) => ({
  statusCode,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

const NO_STORE = response(503, {
  error: 'this run does not have the store of this route: start it without --minimal',
});

/** What API Gateway answers where a function throws or runs out of time. serverless-offline would answer 200. */
const FAILED = response(500, { message: 'Internal Server Error' });

/**
 * Serves the template's HTTP API on 127.0.0.1, by serverless-offline's HTTP server and the packaged functions. Two
 * differences from API Gateway: no request is authorised, and no route is throttled.
 * @throws Error where the port is taken
 */
export async function serveApi(
  routes: readonly ApiRoute[],
  { port, invoke, runs, log }: ApiOptions,
): Promise<RunningApi> {
  const lambda: OfflineLambda = {
    get(functionLogicalId) {
      let event: unknown;
      return {
        setEvent: (given) => {
          event = given;
        },
        async runHandler() {
          if (!runs(functionLogicalId)) return NO_STORE;
          try {
            return await invoke(functionLogicalId, event);
          } catch (error) {
            log(`${functionLogicalId} failed: ${String(error)}`);
            return FAILED;
          }
        },
      };
    },
  };
  const http = await offlineHttp(port, lambda);
  await http.createServer();
  for (const { routeKey, functionLogicalId } of routes) {
    http.createRoutes(functionLogicalId, { routeKey, isHttpApi: true, payload: '2.0' }, 'api.handler');
  }
  const server = http.getServer();
  server.ext('onRequest', (request, toolkit) =>
    isLoopback(request.headers) ? toolkit.continue : toolkit.response({ message: 'Forbidden' }).code(403).takeover(),
  );
  await server.start();
  return { stop: () => server.stop({ timeout: STOP_MS }) };
}
