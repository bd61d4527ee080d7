import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { searchClient } from '#lib/stores/search.ts';
import { plenty } from '#test/support/deadlines.ts';
import { prepareSearch, type SearchSetup } from './prepare.ts';

interface Asked {
  path: string;
  body: Record<string, never>;
}

/** The requests to a cluster that has these indices. It answers with these codes, then with 200. */
async function askedOf(
  answers: number[],
  setup: Omit<SearchSetup, 'client'>,
  indices: readonly string[] = [],
): Promise<Asked[]> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      asked.push({ path: `${request.method} ${request.url}`, body: JSON.parse(body || '{}') });
      const answer = request.method === 'GET' ? Object.fromEntries(indices.map((name) => [name, {}])) : {};
      response.writeHead(answers.shift() ?? 200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = searchClient({
    node: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    auth: 'none',
    region: '',
  });
  try {
    await prepareSearch({ ...setup, client }, plenty);
    return asked;
  } finally {
    client.close();
    server.close();
  }
}

test('a domain gets the index template, and roles for writing and for expiring alerts', async () => {
  const roleArns = { writer: 'arn:writer', expiry: 'arn:expiry', reader: '' };

  const asked = await askedOf([], { auth: 'es', roleArns });

  expect(asked.map(({ path }) => path)).toEqual([
    'PUT /_index_template/alerts',
    'GET /alerts-*',
    'PUT /_plugins/_security/api/roles/alerts_writer',
    'PUT /_plugins/_security/api/rolesmapping/alerts_writer',
    'PUT /_plugins/_security/api/roles/alerts_expiry',
    'PUT /_plugins/_security/api/rolesmapping/alerts_expiry',
  ]);
  expect(asked[3]?.body).toEqual({ backend_roles: ['arn:writer'] });
  expect(JSON.stringify(asked[2]?.body)).not.toContain('delete"');
  expect(JSON.stringify(asked[4]?.body)).not.toContain('write');
});

test('people may read alerts, and save objects in Dashboards', async () => {
  const roleArns = { writer: 'arn:writer', expiry: 'arn:expiry', reader: 'arn:reader' };

  const asked = await askedOf([], { auth: 'es', roleArns });

  const role = asked.find(({ path }) => path.endsWith('/roles/alerts_reader'));
  expect(role?.body['index_permissions']).toEqual([{ index_patterns: ['alerts-*'], allowed_actions: ['read'] }]);
  const mapped = asked.filter(({ body }) => JSON.stringify(body).includes('arn:reader')).map(({ path }) => path);
  expect(mapped).toEqual([
    'PUT /_plugins/_security/api/rolesmapping/alerts_reader',
    'PUT /_plugins/_security/api/rolesmapping/opensearch_dashboards_user',
  ]);
});

test('a collection gets the template without settings, and no roles', async () => {
  const asked = await askedOf([], {
    auth: 'aoss',
    roleArns: { writer: 'arn:writer', expiry: 'arn:expiry', reader: 'arn:reader' },
  });

  expect(asked.map(({ path }) => path)).toEqual(['PUT /_index_template/alerts', 'GET /alerts-*']);
  expect(asked[0]?.body['template']).not.toHaveProperty('settings');
  expect(asked[0]?.body['template']).toHaveProperty('mappings.dynamic', 'strict');
});

test('existing indices get the mapping, each by its name, after the template', async () => {
  const asked = await askedOf([], { auth: 'none' }, ['alerts-2026.10', 'alerts-2026.11']);

  expect(asked.map(({ path }) => path)).toEqual([
    'PUT /_index_template/alerts',
    'GET /alerts-*',
    'PUT /alerts-2026.10/_mapping',
    'PUT /alerts-2026.11/_mapping',
  ]);
  expect(asked[3]?.body).toEqual(asked[0]?.body['template']?.['mappings']);
});

test('a request is repeated while the cluster is not ready', async () => {
  expect(await askedOf([503, 429], { auth: 'none' })).toHaveLength(4);
});

test('a rejected request is not repeated', async () => {
  await expect(askedOf([403], { auth: 'none' })).rejects.toMatchObject({ statusCode: 403 });
});
