import { apiHandler, serve } from './http/handler.ts';
import { openApi } from './openapi.ts';
import { routes } from './routes/all.ts';
import { describeApi } from './routes/describe.ts';

const description = openApi(routes);

/** The route that describes the API. It needs no permission. */
export const handler = apiHandler('describeApi', [serve(describeApi, async () => description)]);
