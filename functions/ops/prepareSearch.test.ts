import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { Context } from 'aws-lambda';
import { handler } from './prepareSearch.ts';

test('CloudFormation gets the failure as answer if a variable is missing', async () => {
  const { promise: answer, resolve } = Promise.withResolvers<unknown>();
  const server = createServer((request, response) => {
    void json(request).then(resolve);
    response.end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const ResponseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  delete process.env['OPENSEARCH_NODE'];

  await handler(
    { RequestType: 'Create', ResponseURL, LogicalResourceId: 'SetUpSearch' } as never,
    {
      getRemainingTimeInMillis: () => 30_000,
    } as Context,
  );
  server.close();

  expect(await answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('OPENSEARCH_NODE') });
});
