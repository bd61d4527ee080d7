import { route } from '../http/route.ts';

export const describeApi = route({
  path: '/openapi.json',
  operationId: 'describeApi',
  summary: 'This description: OpenAPI 3.1',
  parameters: {},
  answer: { type: 'object' },
});
