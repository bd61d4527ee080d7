import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Parameters, Route, Values } from './route.ts';

/** A request that is answered with 400. The message names the parameter, and doesn't repeat its value. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly parameter: string | undefined;

  constructor(message: string, parameter?: string) {
    super(message);
    this.parameter = parameter;
  }
}

/** A query has no body to bound: these are all characters that a client can send us. */
const MAX_QUERY = 4_096;
/** A name of a parameter in an error is cut to so many characters: the client may have made it up. */
const SHOWN = 64;

/**
 * The values of a request's parameters.
 * @throws RefusedError names the first parameter that is unknown, given twice, missing or wrong
 */
export function readRequest<P extends Parameters>(
  { path, parameters }: Route<P>,
  { rawQueryString, pathParameters }: Pick<APIGatewayProxyEventV2, 'rawQueryString' | 'pathParameters'>,
): Values<P> {
  if (rawQueryString.length > MAX_QUERY) throw new RefusedError(`the query has more than ${MAX_QUERY} characters`);
  const inPath = new Set([...path.matchAll(/\{(\w+)\}/g)].map(([, each]) => each));
  // Without parameters in the path, API Gateway leaves pathParameters out, and serverless-offline has null.
  const given = new Map(Object.entries(pathParameters ?? {}).filter(([each]) => inPath.has(each)));
  for (const [each, text] of new URLSearchParams(rawQueryString)) {
    const shown = each.slice(0, SHOWN);
    if (!Object.hasOwn(parameters, each) || inPath.has(each)) {
      throw new RefusedError(`there is no parameter "${shown}"`, shown);
    }
    if (given.has(each)) throw new RefusedError(`${each} is given more than once`, each);
    given.set(each, text);
  }
  const values = Object.entries(parameters).map(([each, { required, absent, read, mustBe }]) => {
    const text = given.get(each);
    if (text === undefined) {
      if (required) throw new RefusedError(`${each} is missing: it must be ${mustBe}`, each);
      return [each, absent];
    }
    const value = read(text);
    if (value === undefined) throw new RefusedError(`${each} must be ${mustBe}`, each);
    return [each, value];
  });
  return Object.fromEntries(values) as Values<P>;
}
