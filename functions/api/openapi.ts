import type { Schema } from './http/parameters.ts';
import type { Route } from './http/route.ts';
import { object, text } from './routes/schema.ts';

const json = (schema: Schema) => ({ 'application/json': { schema } });
const failure = (description: string) => ({ description, content: json({ $ref: '#/components/schemas/Error' }) });

/** The OpenAPI description of the routes, from the same rows that check requests. */
export function openApi(routes: readonly Route[]) {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Vehicles, orders and logins of the MSK pipeline',
      version: '1',
      description: 'Read only. Requests are signed (Signature Version 4, service execute-api), except on one machine.',
    },
    paths: Object.fromEntries(routes.map((route) => [route.path, { get: operation(route) }])),
    components: {
      schemas: {
        Error: object({ error: text }, { parameter: { ...text, description: 'the parameter that is wrong' } }),
      },
      securitySchemes: {
        signature: { type: 'apiKey', in: 'header', name: 'Authorization', 'x-amazon-apigateway-authtype': 'awsSigv4' },
      },
    },
    security: [{ signature: [] }],
  };
}

function operation({ path, operationId, summary, parameters, answer, mayLack }: Route) {
  return {
    operationId,
    summary,
    parameters: Object.entries(parameters).map(([name, { description, schema, required = false }]) => ({
      name,
      in: path.includes(`{${name}}`) ? 'path' : 'query',
      required,
      description,
      schema,
    })),
    responses: {
      200: { description: 'the answer', content: json(answer) },
      400: failure('a parameter is unknown, missing, given twice or wrong'),
      ...(mayLack && { 404: failure('what the path names does not exist') }),
      500: failure('a fault of the API'),
      503: failure('a store does not answer; try again after Retry-After seconds'),
    },
  };
}
