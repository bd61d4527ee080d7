import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { openApi } from './openapi.ts';
import { routes } from './routes/all.ts';

interface Functions {
  [name: string]: { handler: string; events: { httpApi: { method: string; path: string; authorizer: object } }[] };
}

const files = import.meta.dirname;
const functions = async () =>
  Object.values(parse(await readFile(join(files, 'functions.yml'), 'utf8'), { logLevel: 'silent' }) as Functions);

test('functions.yml has an event with IAM authorisation for each described route, and no other', async () => {
  const events = (await functions()).flatMap((one) => one.events.map(({ httpApi }) => httpApi));

  expect(events.map(({ path }) => path).toSorted()).toEqual(Object.keys(openApi(routes).paths).toSorted());
  for (const { method, authorizer } of events) {
    expect({ method, authorizer }).toEqual({ method: 'GET', authorizer: { type: 'aws_iam' } });
  }
});

test('each function serves the routes of its own events', async () => {
  for (const { handler, events } of await functions()) {
    const source = await readFile(join(files, '..', '..', handler.replace(/\.handler$/, '.ts')), 'utf8');
    const served = [...source.matchAll(/serve\(\s*(\w+)/g)].map(([, name]) => name);
    const described = routes.filter(({ path }) => events.some(({ httpApi }) => httpApi.path === path));

    expect(new Set(served)).toEqual(new Set(described.map(({ operationId }) => operationId)));
  }
});

test('describes every parameter with its place, its schema and whether it is required', () => {
  const { paths } = openApi(routes);

  expect(paths['/vehicles/{vehicleId}/track']?.get.parameters).toEqual([
    expect.objectContaining({ name: 'vehicleId', in: 'path', required: true }),
    expect.objectContaining({
      name: 'from',
      in: 'query',
      required: false,
      schema: { type: 'string', format: 'date-time' },
    }),
    expect.objectContaining({ name: 'to', in: 'query' }),
    expect.objectContaining({
      name: 'limit',
      schema: { type: 'integer', minimum: 1, maximum: 500, default: 100 },
    }),
    expect.objectContaining({ name: 'cursor', in: 'query' }),
  ]);
});

test.each(
  routes.flatMap(({ path, parameters }) => Object.entries(parameters).map(([name, one]) => ({ path, name, one }))),
)('what the schema of $name of $path refuses, the code refuses too', ({ one: { schema, read, absent } }) => {
  const { enum: texts, minimum, maximum, maxLength, default: usual } = schema as Record<string, never>;

  for (const text of (texts ?? []) as string[]) expect(read(text)).toBe(text);
  if (minimum !== undefined) expect([read(String(minimum - 1)), read(String(minimum))]).toEqual([undefined, minimum]);
  if (maximum !== undefined) expect([read(String(maximum + 1)), read(String(maximum))]).toEqual([undefined, maximum]);
  if (maxLength !== undefined) expect(read('x'.repeat(maxLength + 1))).toBeUndefined();
  if (usual !== undefined) expect(absent).toBe(usual);
  expect(read('')).toBeUndefined();
});
