import { jest } from '@jest/globals';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { PermanentError, TransientError } from '#lib/errors.ts';
import { apiHandler, serve } from './handler.ts';
import { whole } from './parameters.ts';
import { route } from './route.ts';

const things = route({
  path: '/things',
  operationId: 'things',
  summary: '',
  answer: {},
  parameters: { limit: whole('', { min: 1, max: 9, absent: 5 }) },
});
const context = { getRemainingTimeInMillis: () => 10_000 } as Context;
const saved = { ...process.env };
let lines: string[];
beforeEach(() => {
  lines = [];
  // The logger then uses the console that the test replaces.
  Object.assign(process.env, { POWERTOOLS_DEV: 'true', POWERTOOLS_LOG_LEVEL: 'WARN' });
  for (const method of ['warn', 'error'] as const)
    jest.spyOn(console, method).mockImplementation((line) => void lines.push(String(line)));
});
afterEach(() => {
  process.env = { ...saved };
  jest.useRealTimers();
  jest.restoreAllMocks();
});

/** A handler of one route, and how often it was asked. */
function asked(answer: (limit: number) => Promise<object | undefined>) {
  const limits: number[] = [];
  const handler = apiHandler('things', [
    serve(things, ({ limit }) => {
      limits.push(limit);
      return answer(limit);
    }),
  ]);
  const get = async (rawQueryString = '', routeKey = 'GET /things') => {
    const { statusCode, headers, body } = await handler(
      { routeKey, rawQueryString } as APIGatewayProxyEventV2,
      context,
    );
    return { statusCode, headers, body: JSON.parse(body ?? '') as unknown };
  };
  return { get, limits };
}

test('answers, and lets clients keep the answer for a second', async () => {
  const { get } = asked(async (limit) => ({ limit }));

  expect(await get('limit=7')).toEqual({
    statusCode: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'max-age=1' },
    body: { limit: 7 },
  });
});

test('keeps the answer to the same values for 1.5 s', async () => {
  jest.useFakeTimers({ now: 0 });
  const { get, limits } = asked(async (limit) => ({ limit }));

  await get('limit=5');
  await get('');
  await get('limit=6');
  jest.setSystemTime(1_501);
  await get('');

  expect(limits).toEqual([5, 6, 5]);
});

test.each<[string, unknown, number, object]>([
  [
    'a store',
    new TransientError('DATABASE_RESUMING', 'x'),
    503,
    { error: 'a store does not answer (DATABASE_RESUMING): try again' },
  ],
  ['refused data', new PermanentError('SQLSTATE_22000', 'x'), 500, { error: 'internal error' }],
  ['the code', new TypeError('secret'), 500, { error: 'internal error' }],
])('tells no details of a failure of %s, and does not keep it', async (_, error, statusCode, body) => {
  const { get, limits } = asked(() => Promise.reject(error));

  expect(await get()).toMatchObject({ statusCode, body, headers: { 'cache-control': 'no-store' } });
  await get();

  expect(limits).toHaveLength(2);
  expect(lines.join()).toContain('"route": "GET /things"');
  expect(lines.join()).not.toContain('secret');
});

test('answers 400 with the parameter, and 404 for what does not exist', async () => {
  const { get, limits } = asked(async () => undefined);

  expect(await get('limit=10')).toMatchObject({
    statusCode: 400,
    body: { error: 'limit must be a whole number from 1 to 9', parameter: 'limit' },
  });
  expect(limits).toEqual([]);
  expect(await get()).toMatchObject({ statusCode: 404, body: { error: 'not found' } });
  expect(await get('', 'GET /others')).toMatchObject({ statusCode: 404 });
});
