import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { Client } from '@opensearch-project/opensearch';
import { within } from '../../../lib/deadline.ts';
import { prepareSearch, type SearchSetup } from './prepare.ts';

interface Asked {
  path: string;
  body: Record<string, never>;
}

/** What a cluster is asked that answers with these codes, then with 200. */
async function askedOf(answers: number[], setup: Omit<SearchSetup, 'client'>): Promise<Asked[]> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      asked.push({ path: `${request.method} ${request.url}`, body: body as Asked['body'] });
      response.writeHead(answers.shift() ?? 200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = new Client({ node: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, maxRetries: 0 });
  try {
    await prepareSearch({ ...setup, client }, within(5_000));
    return asked;
  } finally {
    await client.close();
    server.close();
  }
}

test('a domain gets the index template, and the rights of who writes and of who ends indices', async () => {
  const roleArns = { writer: 'arn:writer', expiry: 'arn:expiry' };

  const asked = await askedOf([], { auth: 'es', roleArns });

  expect(asked.map(({ path }) => path)).toEqual([
    'PUT /_index_template/alerts',
    'PUT /_plugins/_security/api/roles/alerts_writer',
    'PUT /_plugins/_security/api/rolesmapping/alerts_writer',
    'PUT /_plugins/_security/api/roles/alerts_expiry',
    'PUT /_plugins/_security/api/rolesmapping/alerts_expiry',
  ]);
  expect(asked[2]?.body).toEqual({ backend_roles: ['arn:writer'] });
  expect(JSON.stringify(asked[1]?.body)).not.toContain('delete"');
  expect(JSON.stringify(asked[3]?.body)).not.toContain('write');
});

test('a collection gets the template without what it decides itself, and no rights', async () => {
  const asked = await askedOf([], { auth: 'aoss', roleArns: { writer: 'arn:writer', expiry: 'arn:expiry' } });

  expect(asked.map(({ path }) => path)).toEqual(['PUT /_index_template/alerts']);
  expect(asked[0]?.body['template']).not.toHaveProperty('settings');
  expect(asked[0]?.body['template']).toHaveProperty('mappings.dynamic', 'strict');
});

test('a cluster that is not ready is asked again', async () => {
  expect(await askedOf([503, 429], { auth: 'none' })).toHaveLength(3);
});

test('a refusal is not', async () => {
  await expect(askedOf([403], { auth: 'none' })).rejects.toMatchObject({ statusCode: 403 });
});
