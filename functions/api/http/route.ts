import type { Parameter, Schema } from './parameters.ts';

export type Parameters = Readonly<Record<string, Parameter<unknown>>>;

/** A route of the API. From the same row come the check of a request's parameters and the OpenAPI description. */
export interface Route<P extends Parameters = Parameters> {
  /** as in functions.yml: `/vehicles/{vehicleId}` */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  /** by name; a name in the path's braces is a path parameter */
  readonly parameters: P;
  /** the body of the answer 200 */
  readonly answer: Schema;
  /** whether the answer may be 404 */
  readonly mayLack?: boolean;
}

/** The checked values of a route's parameters. An absent parameter has its default, or undefined. */
export type Values<P extends Parameters> = {
  readonly [Name in keyof P]: P[Name] extends Parameter<infer T> ? T : never;
};

/** Keeps the types of the parameters, which {@link Values} needs. */
export function route<const P extends Parameters>(row: Route<P>): Route<P> {
  return row;
}
