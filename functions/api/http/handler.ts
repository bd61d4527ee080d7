import { Logger } from '@aws-lambda-powertools/logger';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { boundedCache } from '#lib/bounded-cache.ts';
import { type Deadline, invocationDeadline } from '#lib/deadline.ts';
import { PermanentError, TransientError } from '#lib/errors.ts';
import { RefusedError, readRequest } from './request.ts';
import type { Parameters, Route, Values } from './route.ts';

/** A route, and what answers it. */
export interface Served {
  readonly route: Route;
  /** @returns the body; undefined where what the path names doesn't exist */
  readonly answer: (values: never, deadline: Deadline) => Promise<object | undefined>;
}

/** Joins a route and what answers it, with the types of its parameters. */
export function serve<P extends Parameters>(
  route: Route<P>,
  answer: (values: Values<P>, deadline: Deadline) => Promise<object | undefined>,
): Served {
  return { route, answer };
}

export type ApiHandler = (
  event: APIGatewayProxyEventV2,
  context: Context,
) => Promise<APIGatewayProxyStructuredResultV2>;

/** How long an instance answers the same request with the same body: pages that poll share one query. */
export const CACHE = { ageMs: 1_500, size: 200 };

/**
 * The handler of the API's routes with one role. Errors are `{"error":"…","parameter":"…"}`: 400 for the client's, 404
 * for what doesn't exist, 503 while a store doesn't answer, 500 for a fault of the code. An error never repeats what the
 * client sent, and a log line has no parameter's value.
 * @example export const handler = apiHandler('readVehicles', [serve(listVehicles, (values) => list(values))]);
 */
export function apiHandler(name: string, served: readonly Served[]): ApiHandler {
  const logger = new Logger({ serviceName: name });
  const routes = new Map(served.map((each) => [`GET ${each.route.path}`, each]));
  const cache = boundedCache<string>(CACHE);

  return async function handler(event, context) {
    const found = routes.get(event.routeKey);
    if (found === undefined) return failed(404, { error: 'there is no such route' });
    try {
      const values = readRequest(found.route, event);
      const key = JSON.stringify([event.routeKey, values]);
      const known = cache.get(key);
      if (known !== undefined) return answered(known.value);
      const answer = await found.answer(values as never, invocationDeadline(context));
      if (answer === undefined) return failed(404, { error: 'not found' });
      const body = JSON.stringify(answer);
      cache.set(key, body);
      return answered(body);
    } catch (error) {
      return failure(error, logger, event.routeKey);
    }
  };
}

function failure(error: unknown, logger: Logger, route: string): APIGatewayProxyStructuredResultV2 {
  if (error instanceof RefusedError) {
    const { message, parameter } = error;
    return failed(400, { error: message, ...(parameter !== undefined && { parameter }) });
  }
  if (error instanceof TransientError) {
    logger.warn('store failed', { route, code: error.code });
    return failed(503, { error: `a store does not answer (${error.code}): try again` }, { 'retry-after': '1' });
  }
  // The validation lets no value through that PostgreSQL refuses, so this is a fault of the code.
  const code = error instanceof PermanentError ? error.code : error instanceof Error ? error.name : typeof error;
  logger.error('request failed', { route, code, trace: traceOf(error) });
  return failed(500, { error: 'internal error' });
}

/** Where an error was thrown, without its message, which may quote what the client sent. */
function traceOf(error: unknown): string[] {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : [];
  return lines.filter((line) => /^\s+at /.test(line)).slice(0, 8);
}

function answered(body: string): APIGatewayProxyStructuredResultV2 {
  return { statusCode: 200, headers: { 'content-type': 'application/json', 'cache-control': 'max-age=1' }, body };
}

function failed(
  statusCode: number,
  body: { error: string; parameter?: string },
  headers: Record<string, string> = {},
): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(body),
  };
}
