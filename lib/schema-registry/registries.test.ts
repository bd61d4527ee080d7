import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GlueClient } from '@aws-sdk/client-glue';
import { plenty } from '#test/support/deadlines.ts';
import { within } from '../deadline.ts';
import { oneAttempt } from '../stores/call.ts';
import { confluentRegistry } from './confluent.ts';
import { glueRegistry } from './glue.ts';
import type { SchemaRegistry } from './registry.ts';

/** The answer of the registry's server; null: it never answers. */
type Answer = { status: number; body: unknown } | null;

let server: Server;
let answer: Answer;
let asked: string[];

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      asked.push(body === '' ? (request.url ?? '') : body);
      if (answer === null) return;
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const confluent = (): SchemaRegistry => confluentRegistry(`${url()}/`);
const glue = (): SchemaRegistry => {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return glueRegistry('logins', new GlueClient({ ...oneAttempt, endpoint: url(), region: 'us-east-1', credentials }));
};

const VERSION = '0b1c2d3e-4f50-6172-8394-a5b6c7d8e9fa';
const ARN = 'arn:aws:glue:us-east-1:123456789012:schema';
const version = (more: object = {}): Answer => ({
  status: 200,
  body: {
    SchemaVersionId: VERSION,
    SchemaDefinition: '"string"',
    DataFormat: 'AVRO',
    SchemaArn: `${ARN}/logins/user-login-value`,
    Status: 'AVAILABLE',
    ...more,
  },
});
const awsError = (status: number, type: string): Answer => ({ status, body: { __type: type, message: 'no' } });

describe('Glue', () => {
  test('returns the schema of a version', async () => {
    answer = version();

    expect(await glue().schema(VERSION, plenty)).toBe('"string"');
    expect(asked).toEqual([JSON.stringify({ SchemaVersionId: VERSION })]);
  });

  test.each<[what: string, answer: Answer, code: string]>([
    ['a version that does not exist', awsError(400, 'EntityNotFoundException'), 'UNKNOWN_SCHEMA'],
    ['an invalid id', awsError(400, 'InvalidInputException'), 'UNKNOWN_SCHEMA'],
    ["another registry's version", version({ SchemaArn: `${ARN}/payroll/salary` }), 'UNKNOWN_SCHEMA'],
    ['a version that was refused', version({ Status: 'FAILURE' }), 'UNKNOWN_SCHEMA'],
    ['a version that is still being checked', version({ Status: 'PENDING' }), 'SCHEMA_REGISTRY'],
    ['a schema that is not Avro', version({ DataFormat: 'PROTOBUF' }), 'INCOMPATIBLE_SCHEMA'],
    ['a registry that throttles', awsError(400, 'ThrottlingException'), 'SCHEMA_REGISTRY'],
    ['a role without permission', awsError(400, 'AccessDeniedException'), 'SCHEMA_REGISTRY'],
    ['a registry that fails', awsError(500, 'InternalServiceException'), 'SCHEMA_REGISTRY'],
  ])('%s', async (_, given, code) => {
    answer = given;

    await expect(glue().schema(VERSION, plenty)).rejects.toMatchObject({
      code,
      retriable: code === 'SCHEMA_REGISTRY',
    });
  });

  test('a registry that does not answer is a transient failure at the deadline', async () => {
    answer = null;

    await expect(glue().schema(VERSION, within(100))).rejects.toMatchObject({ code: 'SCHEMA_REGISTRY' });
  });
});

describe('Confluent', () => {
  test('returns the schema of an id', async () => {
    answer = { status: 200, body: { schema: '"string"' } };

    expect(await confluent().schema('7', plenty)).toBe('"string"');
    expect(asked).toEqual(['/schemas/ids/7']);
  });

  test.each<[what: string, answer: Answer, code: string]>([
    ['an id that does not exist', { status: 404, body: { error_code: 40403 } }, 'UNKNOWN_SCHEMA'],
    ['a wrong URL', { status: 404, body: '<html>' }, 'SCHEMA_REGISTRY'],
    ['a registry that throttles', { status: 429, body: {} }, 'SCHEMA_REGISTRY'],
    ['a registry that refuses access', { status: 401, body: {} }, 'SCHEMA_REGISTRY'],
    ['a registry that fails', { status: 503, body: 'unavailable' }, 'SCHEMA_REGISTRY'],
    ['an answer that is not JSON', { status: 200, body: 'x' }, 'SCHEMA_REGISTRY'],
    [
      'a schema that is not Avro',
      { status: 200, body: { schema: 'x', schemaType: 'PROTOBUF' } },
      'INCOMPATIBLE_SCHEMA',
    ],
    ['a schema that refers to others', { status: 200, body: { schema: 'x', references: [{}] } }, 'INCOMPATIBLE_SCHEMA'],
  ])('%s', async (_, given, code) => {
    answer = given;

    await expect(confluent().schema('7', plenty)).rejects.toMatchObject({
      code,
      retriable: code === 'SCHEMA_REGISTRY',
    });
  });

  test.each(['registry:8081/x y', 'https://user@registry.example', 'https://:secret@registry.example'])(
    'refuses the URL %s',
    (wrong) => {
      expect(() => confluentRegistry(wrong)).toThrow(/^configuration: SCHEMA_REGISTRY_URL must be an http\(s\) URL/);
    },
  );

  test.each(['0', '-1', '-2147483648'])('knows without a call that the id %s does not exist', async (id) => {
    await expect(confluent().schema(id, plenty)).rejects.toMatchObject({ code: 'UNKNOWN_SCHEMA' });
    expect(asked).toEqual([]);
  });

  test('a registry that does not answer is a transient failure at the deadline', async () => {
    answer = null;

    await expect(confluent().schema('7', within(100))).rejects.toMatchObject({ code: 'SCHEMA_REGISTRY' });
  });
});
