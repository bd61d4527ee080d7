import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodingOf } from '#functions/logins/encoding.ts';
import { loginReader } from '#functions/logins/login.ts';
import { type OutputFormat, outputWriter } from '#functions/logins/output.ts';
import { processedLogin } from '#functions/logins/processed.ts';
import { within } from '#lib/deadline.ts';
import { avroRecord, avroType } from '#lib/schema-registry/avro.ts';
import { confluentRegistry } from '#lib/schema-registry/confluent.ts';
import { type DecoderOf, schemaDecoders } from '#lib/schema-registry/decoders.ts';
import { frameConfluent, frameGlue } from '#lib/schema-registry/framing.ts';
import type { SchemaRegistry } from '#lib/schema-registry/registry.ts';
import { registerSchema } from '#local/deploy/register-schema.ts';
import { choosePorts } from '#local/servers/ports/ports.ts';
import { plenty } from '../support/deadlines.ts';
import { whileFrozen } from '../support/freeze.ts';
import { type JavaFraming, javaAvro } from '../support/java-avro.ts';
import { startRegistry, type TestServer } from '../support/servers.ts';

const FILES = { login: 'resources/avro/user_login.avsc', processed: 'resources/avro/user_login_processed.avsc' };
const SUBJECT = 'user-login-value';
const VERSION = '0b1c2d3e-4f50-6172-8394-a5b6c7d8e9fa';
const NOW = Date.UTC(2026, 0, 1);

/** The login of the requirement, and two with unusual values. */
const LOGINS = [
  {
    user_id: '123',
    app_version: '1.0.0',
    ip: '162.255.195.202',
    locale: 'NE',
    device_id: '0bcbfec0-02c4-496c-99ac-35d0cc750f6b',
    timestamp: 1742331926,
    device_type: 'android',
  },
  {
    user_id: null,
    app_version: 'ünïcode 😀',
    ip: '2001:db8:aa:1::1',
    locale: 'zh_Hant_TW',
    device_id: '設備-1',
    timestamp: 1742331926123,
    device_type: 'iOS',
  },
  { user_id: 'x'.repeat(128), app_version: '', ip: null, locale: '', device_id: null, timestamp: 0, device_type: '' },
];

let registry: TestServer;
let folder: string;
let schemas: { login: string; processed: string };
let id: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'logins-'));
  registry = await startRegistry();
  schemas = { login: await readFile(FILES.login, 'utf8'), processed: await readFile(FILES.processed, 'utf8') };
  ({ id } = await registerSchema(registry.server.endpoint, { subject: SUBJECT, schema: schemas.login }));
}, 300_000);
afterAll(async () => {
  await registry?.stop();
  await rm(folder, { recursive: true });
});

const FRAMINGS: readonly JavaFraming[] = ['confluent', 'glue', 'glue-zlib'];
const idIn = (framing: JavaFraming): string => (framing === 'confluent' ? String(id) : VERSION);

/** Replaces Glue's API, which has no local server: every version is this schema. */
const glue = (schema: string): SchemaRegistry => ({ schema: async () => schema });

async function decoderOf(values: readonly Buffer[], glueSchema = schemas.login): Promise<DecoderOf> {
  const decoders = schemaDecoders({
    registries: { confluent: confluentRegistry(registry.server.endpoint), glue: glue(glueSchema) },
    reader: avroRecord(schemas.login),
  });
  const keys = values.map((value) => encodingOf({ value, valueSchema: undefined }));
  return decoders.of(
    keys.flatMap((encoding) => (encoding.format === 'avro' ? [encoding.schema] : [])),
    plenty,
  );
}

async function decode(values: readonly Buffer[], glueSchema?: string): Promise<unknown[]> {
  const decoders = await decoderOf(values, glueSchema);
  return values.map((value) => {
    const encoding = encodingOf({ value, valueSchema: undefined });
    if (encoding.format !== 'avro') throw new Error('not framed');
    return { ...(decoders(encoding.schema)(encoding.payload()) as object) };
  });
}

describe("Java's org.apache.avro", () => {
  test.each(FRAMINGS)(
    'logins that Java writes are read: %s',
    async (framing) => {
      const written = await javaAvro(
        FILES.login,
        LOGINS.map((login) => ({ operation: 'write', framing, id: idIn(framing), data: JSON.stringify(login) })),
      );

      expect(await decode(written.map((line) => Buffer.from(line, 'base64')))).toEqual(LOGINS);
    },
    120_000,
  );

  test.each(FRAMINGS)(
    'Java reads written logins: %s',
    async (framing) => {
      const type = avroType(schemas.login);
      const frame = (login: unknown): Buffer => {
        const payload = type.toBuffer(login);
        return framing === 'confluent' ? frameConfluent(id, payload) : frameGlue(VERSION, payload, framing !== 'glue');
      };

      const read = await javaAvro(
        FILES.login,
        LOGINS.map((login) => ({
          operation: 'read',
          framing,
          id: idIn(framing),
          data: frame(login).toString('base64'),
        })),
      );

      expect(read.map((line) => JSON.parse(line))).toEqual(LOGINS);
    },
    60_000,
  );

  test.each<[OutputFormat, JavaFraming]>([
    ['avro-confluent', 'confluent'],
    ['avro-glue', 'glue'],
  ])(
    'Java reads the output of processLogin: %s',
    async (format, framing) => {
      const values = LOGINS.map((login) => Buffer.from(JSON.stringify(login)));
      const read = loginReader(avroRecord(schemas.login));
      const write = outputWriter({ format, schemaId: idIn(framing), schema: avroType(schemas.processed) });
      const processed = values.map((value) => {
        const valid = read(encodingOf({ value, valueSchema: undefined }), noSchema, NOW);
        return processedLogin(valid, { storeFullIp: false });
      });

      const answers = await javaAvro(
        FILES.processed,
        processed.map((login) => ({
          operation: 'read',
          framing,
          id: idIn(framing),
          data: write(login).toString('base64'),
        })),
      );

      expect(answers.map((line) => JSON.parse(line))).toEqual(processed);
      expect(processed[1]).toEqual({
        user_id: 'device:設備-1',
        app_version: 'ünïcode 😀',
        ip: '2001:db8:aa::',
        locale: 'zh_Hant_TW',
        device_id: '設備-1',
        timestamp: '2025-03-18T21:05:26.123Z',
        device_type: 'ios',
      });
    },
    60_000,
  );

  test('a login with a newer schema and another order of fields is read', async () => {
    const newer = JSON.parse(schemas.login) as { fields: { name: string }[] };
    const added = { name: 'country', type: ['null', 'string'], default: null };
    const file = join(folder, 'newer.avsc');
    const schema = JSON.stringify({ ...newer, fields: [added, ...newer.fields.toReversed()] });
    await writeFile(file, schema);

    const [line = ''] = await javaAvro(file, [
      { operation: 'write', framing: 'glue', id: VERSION, data: JSON.stringify({ ...LOGINS[0], country: 'CH' }) },
    ]);

    expect(await decode([Buffer.from(line, 'base64')], schema)).toEqual([LOGINS[0]]);
  });
});

const noSchema: DecoderOf = () => {
  throw new Error('JSON needs no schema');
};

describe('the schema registry', () => {
  const version = (subject: string, number: number): Promise<Response> =>
    fetch(`${registry.server.endpoint}/subjects/${subject}/versions/${number}`);
  const withField = (field: object): string => {
    const schema = JSON.parse(schemas.login) as { fields: object[] };
    return JSON.stringify({ ...schema, fields: [...schema.fields, field] });
  };

  test('answers the request of the requirement: version 1 of the subject', async () => {
    const response = await version(SUBJECT, 1);

    expect(response.status).toBe(200);
    const answer = (await response.json()) as { schema: string };
    expect(answer).toMatchObject({ subject: SUBJECT, version: 1, id });
    expect(JSON.parse(answer.schema)).toEqual(JSON.parse(schemas.login));
  });

  test('accepts a new field with a default, and refuses one without a default (docs/schemas.md)', async () => {
    const { endpoint } = registry.server;
    const compatible = withField({ name: 'country', type: ['null', 'string'], default: null });
    const incompatible = withField({ name: 'country', type: 'string' });
    const subject = 'evolving-value';
    await registerSchema(endpoint, { subject, schema: schemas.login });

    await registerSchema(endpoint, { subject, schema: compatible });
    const refused = registerSchema(endpoint, { subject, schema: incompatible });

    await expect(refused).rejects.toMatchObject({ name: 'RegistrationError', status: 409 });
    expect([(await version(subject, 2)).status, (await version(subject, 3)).status]).toEqual([200, 404]);
  });

  test('registering the same schema again makes no new version', async () => {
    const { endpoint } = registry.server;

    expect(await registerSchema(endpoint, { subject: SUBJECT, schema: schemas.login })).toEqual({ id });
    expect((await version(SUBJECT, 2)).status).toBe(404);
  });

  test('an unknown id is a permanent error; an unreachable registry is a transient error', async () => {
    const [free = 0] = await choosePorts([{ name: 'unused', usual: 28_999, option: '' }]);
    const there = confluentRegistry(registry.server.endpoint);
    const away = confluentRegistry(`http://127.0.0.1:${free}`);

    await expect(there.schema('2147483647', plenty)).rejects.toMatchObject({ code: 'UNKNOWN_SCHEMA' });
    await expect(away.schema(String(id), plenty)).rejects.toMatchObject({ code: 'SCHEMA_REGISTRY' });
  });

  test('a frozen registry is a transient error within the deadline, and the next call asks it again', async () => {
    const value = frameConfluent(id, avroType(schemas.login).toBuffer(LOGINS[0]));
    const key = encodingOf({ value, valueSchema: undefined });
    if (key.format !== 'avro') throw new Error('not framed');
    const registries = { confluent: confluentRegistry(registry.server.endpoint) };
    const decoders = schemaDecoders({ registries, reader: avroRecord(schemas.login) });
    const decoded = async (deadline = plenty) => (await decoders.of([key.schema], deadline))(key.schema)(key.payload());

    const { took } = await whileFrozen(registry.server, () =>
      expect(decoded(within(1_000))).rejects.toMatchObject({ code: 'SCHEMA_REGISTRY', retriable: true }),
    );
    expect(took).toBeLessThan(3_000);

    expect({ ...((await decoded()) as object) }).toEqual(LOGINS[0]);
  });
});
