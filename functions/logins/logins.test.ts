import type { MskEventRecord } from '#lib/kafka/event.ts';
import { avroType } from '#lib/schema-registry/avro.ts';
import { TRACE } from '#test/support/msk-event.ts';
import {
  confluent,
  glue,
  LOGIN,
  loginType,
  PROCESSED,
  payload,
  processedType,
  run,
  VERSION,
} from './logins.fixture.ts';
import { type OutputFormat, outputWriter } from './output.ts';

describe('a login', () => {
  test.each([
    ['plain JSON, as kafka-console-producer sends it', JSON.stringify(LOGIN)],
    ["Avro in Confluent's framing", confluent()],
    ["Avro in Glue's framing", glue()],
    ["Avro in Glue's framing, deflated", glue(payload(), true)],
  ])('in %s is processed', async (_, value) => {
    const { sent, values, codes } = await run([{ offset: 15, partition: 1, value, headers: { traceparent: TRACE } }]);

    expect(codes).toEqual([]);
    expect(values).toEqual([PROCESSED]);
    expect(sent.map(({ topic, key }) => [topic, String(key)])).toEqual([['user-login-processed', '123']]);
    expect(sent[0]?.headers.map(({ name, value: text }) => [name, String(text)])).toEqual([
      ['source', 'user-login-1-15'],
      ['traceparent', TRACE],
    ]);
  });

  test.each<[format: string, lambda: Partial<MskEventRecord>, value: string | Buffer]>([
    [
      'EventRecordFormat JSON of Avro',
      { valueSchemaMetadata: { dataFormat: 'AVRO', schemaId: VERSION } },
      JSON.stringify(LOGIN),
    ],
    [
      'EventRecordFormat JSON of JSON Schema',
      { valueSchemaMetadata: { dataFormat: 'JSON', schemaId: VERSION } },
      JSON.stringify(LOGIN),
    ],
    [
      'EventRecordFormat JSON of Protobuf',
      { valueSchemaMetadata: { dataFormat: 'PROTOBUF', schemaId: '7' } },
      JSON.stringify(LOGIN),
    ],
    ['EventRecordFormat SOURCE, Glue', { valueSchemaMetadata: { dataFormat: 'AVRO', schemaId: VERSION } }, payload()],
    ['EventRecordFormat SOURCE, Confluent', { valueSchemaMetadata: { dataFormat: 'AVRO', schemaId: '7' } }, payload()],
    [
      'SOURCE, with the first byte of a frame',
      { valueSchemaMetadata: { dataFormat: 'AVRO', schemaId: '7' } },
      payload({ ...LOGIN, user_id: null }),
    ],
  ])('that Lambda has decoded is processed: %s', async (format, lambda, value) => {
    const { values, codes } = await run([{ value }], {}, lambda);

    const user = format.startsWith('SOURCE,') ? `device:${LOGIN.device_id}` : '123';
    expect([codes, values]).toEqual([[], [{ ...PROCESSED, user_id: user }]]);
  });

  test('that Lambda has left as Protobuf is a permanent error', async () => {
    const { codes } = await run(
      [{ value: Buffer.from([10, 3]) }],
      {},
      {
        valueSchemaMetadata: { dataFormat: 'PROTOBUF', schemaId: '7' },
      },
    );

    expect(codes).toEqual([[0, 'UNKNOWN_FORMAT']]);
  });

  test.each([
    ['JSON, absent', { device_id: 'd', timestamp: 1 }],
    [
      'JSON, null',
      { user_id: null, app_version: null, ip: null, locale: null, device_id: 'd', timestamp: 1, device_type: null },
    ],
    [
      'JSON, empty',
      { user_id: '', app_version: '', ip: '', locale: '', device_id: 'd', timestamp: 1, device_type: '' },
    ],
    [
      'Avro, empty',
      confluent(
        payload({ user_id: '', app_version: '', ip: '', locale: '', device_id: 'd', timestamp: 1, device_type: '' }),
      ),
    ],
  ])('gets defaults for missing fields: %s', async (_, value) => {
    const { sent, values, codes } = await run([{ value }]);

    expect(codes).toEqual([]);
    expect(values).toEqual([
      {
        user_id: 'device:d',
        app_version: 'unknown',
        ip: null,
        locale: 'und',
        device_id: 'd',
        timestamp: '1970-01-01T00:00:01.000Z',
        device_type: 'other',
      },
    ]);
    expect(String(sent[0]?.key)).toBe('device:d');
  });

  test.each([
    [99_999_999_999, '5138-11-16T09:46:39.000Z', 'FUTURE_TIMESTAMP'],
    [100_000_000_000, '1973-03-03T09:46:40.000Z', undefined],
    [1742331926, '2025-03-18T21:05:26.000Z', undefined],
    [1742331926123, '2025-03-18T21:05:26.123Z', undefined],
    [99_999_999_999_999, '5138-11-16T09:46:39.999Z', 'FUTURE_TIMESTAMP'],
    [100_000_000_000_000, '1973-03-03T09:46:40.000Z', undefined],
    [1742331926123456, '2025-03-18T21:05:26.123Z', undefined],
    [1.7423319261239e18, '2025-03-18T21:05:26.123Z', undefined],
    [0, '1970-01-01T00:00:00.000Z', undefined],
  ])('timestamp %d is %s', async (timestamp, iso, code) => {
    const { values, codes } = await run([{ value: { ...LOGIN, timestamp } }]);

    expect(code === undefined ? values.map((value) => value.timestamp) : codes).toEqual(
      code === undefined ? [iso] : [[0, code]],
    );
  });

  test.each(['timestamp-millis', 'timestamp-micros', 'local-timestamp-micros'])(
    'whose writer has the timestamp type %s is processed',
    async (logicalType) => {
      const fields = loginType.fields.map(({ name, type }) =>
        name === 'timestamp'
          ? { name, type: ['null', { type: 'long', logicalType }], default: 0 }
          : { name, type: type.schema() },
      );
      const writer = JSON.stringify({ type: 'record', name: 'UserLogin', namespace: 'com.2fa.logins', fields });
      const timestamp = 1742331926123 * (logicalType.endsWith('micros') ? 1_000 : 1);
      const bytes = avroType(writer.replaceAll(/"namespace":"[^"]+",|,"default":0/g, '')).toBuffer({
        ...LOGIN,
        timestamp,
      });

      const { values, codes } = await run([{ value: confluent(bytes, 8) }], { schemas: { 8: writer } });

      expect([codes, values]).toEqual([[], [{ ...PROCESSED, timestamp: '2025-03-18T21:05:26.123Z' }]]);
    },
  );

  test.each([
    ['Android', 'android'],
    ['iOS', 'ios'],
    ['other', 'other'],
    ['fridge', 'other'],
    ['constructor', 'other'],
  ])('device_type %s counts as %s', async (device_type, counted) => {
    expect((await run([{ value: { ...LOGIN, device_type } }])).values[0].device_type).toBe(counted);
  });

  test.each([
    'en',
    'en_US',
    'zh-Hant-TW',
    'es_419',
    'und',
    'NE',
    // Java's Locale.toString, BCP 47 with a variant or an extension, iOS.
    'zh_CN_#Hans',
    'sr_BA_#Latn',
    'th_TH_TH_#u-nu-thai',
    'ca-ES-valencia',
    'de-DE-1996',
    'en-US-u-ca-gregory',
    'en_US@calendar=gregorian',
    'x'.repeat(64),
  ])('locale %s stays unchanged', async (locale) => {
    expect((await run([{ value: { ...LOGIN, locale } }])).values).toEqual([{ ...PROCESSED, locale }]);
  });

  test.each<[field: keyof typeof LOGIN, value: unknown, missing: string]>([
    ['locale', 'x'.repeat(65), 'und'],
    ['locale', 'en\nUS', 'und'],
    ['locale', 7, 'und'],
    ['app_version', 'x'.repeat(65), 'unknown'],
    ['app_version', '1.0\u0000', 'unknown'],
    ['app_version', { major: 1 }, 'unknown'],
    ['device_type', 'x'.repeat(65), 'other'],
    ['device_type', 17, 'other'],
    ['device_type', ['ios'], 'other'],
  ])('%s only informs: %j counts as missing, and the login is good', async (field, value, missing) => {
    expect((await run([{ value: { ...LOGIN, [field]: value } }])).values).toEqual([{ ...PROCESSED, [field]: missing }]);
  });

  test('an informational field that is not UTF-8 in Avro counts as missing', async () => {
    const bytes = payload({ ...LOGIN, locale: 'XX' });
    bytes.write('\xff\xff', bytes.indexOf('XX'), 'latin1');

    expect((await run([{ value: confluent(bytes) }])).values).toEqual([{ ...PROCESSED, locale: 'und' }]);
  });

  test.each([
    ['fe80::1%wlan0', 'fe80::1', 'fe80::'],
    ['192.0.2.7:443', '192.0.2.7', '192.0.2.0'],
    ['[2001:db8:aa:1::1]:443', '2001:db8:aa:1::1', '2001:db8:aa::'],
  ])('with ip %s is stored with the address alone, or with its network', async (ip, whole, network) => {
    const value = { ...LOGIN, ip };

    expect((await run([{ value }], { storeFullIp: true })).values).toEqual([{ ...PROCESSED, ip: whole }]);
    expect((await run([{ value }, { value: confluent(payload(value)) }])).values).toEqual([
      { ...PROCESSED, ip: network },
      { ...PROCESSED, ip: network },
    ]);
  });

  test.each([-1, 0])('is processed without a Kafka timestamp (%d)', async (timestamp) => {
    expect((await run([{ timestamp, value: LOGIN }])).values).toEqual([PROCESSED]);
  });

  test('keeps its full address if the stage is configured so', async () => {
    const { values } = await run([{ value: LOGIN }], { storeFullIp: true });

    expect(values[0].ip).toBe(LOGIN.ip);
  });

  test.each<[OutputFormat, string, number]>([
    ['avro-confluent', '7', 5],
    ['avro-glue', VERSION, 18],
  ])('is written as %s if the stage is configured so', async (format, schemaId, header) => {
    const values = (await run([{ value: LOGIN }], { format, schemaId })).sent.map(({ value }) => value as Buffer);

    expect(values.map((value) => ({ ...(processedType.fromBuffer(value.subarray(header)) as object) }))).toEqual([
      PROCESSED,
    ]);
  });

  test.each<[OutputFormat, string | undefined]>([
    ['avro-confluent', undefined],
    ['avro-confluent', '0'],
    ['avro-confluent', VERSION],
    ['avro-glue', '7'],
  ])('the output %s with the schema id %s fails the start', (format, schemaId) => {
    expect(() => outputWriter({ format, schemaId, schema: processedType })).toThrow('OUTPUT_SCHEMA_ID');
  });
});
