import { isIP } from 'node:net';
import fc from 'fast-check';
import { isAddress, truncated } from '#functions/logins/address.ts';
import { ID, payload, run, VERSION } from '#functions/logins/logins.fixture.ts';
import { bytesOf } from '#test/support/bytes.ts';
import { KAFKA_TIME } from '#test/support/msk-event.ts';
import { createRandom } from '../../load/random.ts';
import { ENCODINGS } from '../facts.ts';
import { BAD_LOGINS } from '../load/bad-records.ts';
import { encode, frameConfluent, frameGlue } from '../load/encoding.ts';
import { createLogins } from '../load/login.ts';
import { networkOf, partsOf, sameAddress } from './address.ts';
import { judgeLogin } from './login.ts';
import { processedFields } from './processed.ts';

/*
 * The report states the rules a second time and must not import the handlers, but its tests may. These tests give both
 * the same input and expect the same result.
 */

const schemas = { glue: VERSION, glueProcessed: '1b1c2d3e-4f50-6172-8394-a5b6c7d8e9fa', confluent: ID };

const JSON_OUTPUT = { format: 'json', schemaId: '' };

/** The results of the report for these values, after checking that the handler gives the same. */
async function agreed(values: (Buffer | null)[], storeFullIp = false): Promise<unknown[]> {
  const byReport = values.map((value) => {
    const record = {
      topic: 'user-login',
      partition: 0,
      offset: 0,
      timestamp: KAFKA_TIME,
      key: null,
      headers: new Map(),
    };
    const judged = judgeLogin({ ...record, value }, { schemas, storeFullIp, retentionDays: 1, output: JSON_OUTPUT });
    if ('bad' in judged) return judged.bad;
    const { at, ...login } = judged.login;
    return { ...login, timestamp: new Date(at).toISOString() };
  });
  const byHandler: unknown[] = [];
  for (const value of values) {
    const { values: processed, codes } = await run([{ value }], { storeFullIp });
    byHandler.push(processed[0] ?? codes[0]?.[1]);
  }
  expect(byReport).toEqual(byHandler);
  return byReport;
}

test.each(ENCODINGS)('both accept the generator’s logins in %s, with the same fields', async (encoding) => {
  const next = createLogins({ seed: 7 });
  const random = createRandom(7);
  const values = Array.from({ length: 200 }, () => encode(encoding, next(KAFKA_TIME), schemas, random));

  for (const found of [...(await agreed(values)), ...(await agreed(values, true))]) expect(typeof found).toBe('object');
});

test.each(BAD_LOGINS.filter(({ code }) => code !== 'INCOMPATIBLE_SCHEMA').map((bad) => [bad.cause, bad] as const))(
  '%s has the code of its cause',
  async (_, { code, value }) => {
    const next = createLogins({ seed: 3 });
    const values = Array.from({ length: 20 }, () => value(next(KAFKA_TIME), schemas, KAFKA_TIME));

    expect(new Set(await agreed(values))).toEqual(new Set([code]));
  },
);

const field = fc.oneof(
  fc.constantFrom(
    null,
    '',
    'device:x',
    'en_US',
    'zh-Hant-TW',
    'es_419',
    'NE',
    '1',
    '::1',
    '10.0.0.1',
    'iOS',
    'a\ufffd',
  ),
  fc.string({ unit: 'binary', maxLength: 140 }),
  fc.integer(),
  fc.double(),
);
const dressed = fc
  .tuple(
    fc.constantFrom('', '', '/', '[', ' '),
    fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom('', '1', '1:2')),
    fc.constantFrom('', '%wlan0', '%', '%a%b', '%]'),
    fc.constantFrom('', ']', ':443', ']:443', ']443', ':', ':1234567', ' '),
  )
  .map((parts) => parts.join(''));
const time = fc.oneof(
  fc.constantFrom(99_999_999_999_999, 1e14, 1_742_331_926_123_456, 1e17, 1.742331926123e18, 2.6e20, 1e300),
  fc.constant(1_742_331_926),
  fc.integer({ min: -5 }),
  fc.double(),
  fc.maxSafeNat(),
  field,
);
const login = fc.record(
  {
    user_id: field,
    app_version: field,
    ip: fc.oneof(fc.ipV4(), fc.ipV6(), dressed, field),
    locale: fc.oneof(fc.stringMatching(/^[a-zA-Z]{1,4}([-_][a-zA-Z]{2,4})?([-_]([a-zA-Z]{2}|\d{2,3}))?$/), field),
    device_id: field,
    timestamp: time,
    device_type: field,
  },
  { requiredKeys: [] },
);

test('both agree on any content of the fields', async () => {
  const json = login.map((value) => Buffer.from(JSON.stringify(value) ?? ''));
  await fc.assert(
    fc.asyncProperty(fc.array(json, { minLength: 1, maxLength: 10 }), async (values) => void (await agreed(values))),
    // Everything after a % is the zone.
    { numRuns: 150, examples: [[[Buffer.from('{"ip":"192.0.2.1%:443","timestamp":1742331926}')]]] },
  );
});

test.each([
  ['avro-glue', schemas.glueProcessed, schemas.glue],
  ['avro-confluent', '305419896', '7'],
] as const)(
  'a processed login in %s is read as it was written, and only with its own schema',
  async (format, schemaId, other) => {
    const next = createLogins({ seed: 7 });
    const values = Array.from({ length: 100 }, () => ({ value: Buffer.from(JSON.stringify(next(KAFKA_TIME))) }));
    const { values: inJson } = await run(values);
    const { sent } = await run(values, { format, schemaId });
    const read = (value: Buffer | string | null | undefined, id: string = schemaId) =>
      processedFields(bytesOf(value), {
        schemas,
        storeFullIp: false,
        retentionDays: 1,
        output: { format, schemaId: id },
      });

    expect(sent.map(({ value }) => read(value))).toEqual(inJson.map((fields) => ({ fields })));
    const [first] = sent;
    expect(read(first?.value, other)).toEqual({ bad: `not in the framing of ${format}` });
    expect(read(Buffer.from(JSON.stringify(inJson[0])))).toEqual({ bad: `not in the framing of ${format}` });
    expect(read(bytesOf(first?.value)?.subarray(0, -1))).toEqual({ bad: 'TRUNCATED_AVRO' });
  },
);

test('both agree on any bytes', async () => {
  const bytes = fc.uint8Array({ maxLength: 60 }).map((own) => Buffer.from(own));
  const changed = fc.tuple(fc.nat(90), fc.nat(255)).map(([at, byte]) => {
    const own = Buffer.from(payload());
    own[at % own.length] = byte;
    return own;
  });
  const framed = fc
    .tuple(fc.oneof(bytes, changed), fc.nat(2))
    .map(([own, kind]) => (kind === 0 ? frameConfluent(ID, own) : frameGlue(VERSION, own, kind === 1)));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(bytes, framed), { minLength: 1, maxLength: 10 }), async (values) => {
      await agreed(values);
    }),
    { numRuns: 150 },
  );
});

test('addresses agree with the runtime, networks with the handler', () => {
  const text = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.stringMatching(/^[0-9a-f:.]{0,20}$/),
    fc.stringMatching(/^[12:.]{0,12}$/),
    fc
      .tuple(fc.constantFrom('::ffff:', '0:0:0:0:0:FFFF:', '2002:', '2002::'), fc.ipV4())
      .map((parts) => parts.join('')),
    fc.stringMatching(/^(::ffff|2002|2002:):[0-9a-f]{1,4}:[0-9a-f]{1,4}$/),
  );
  fc.assert(
    fc.property(text, (address) => {
      expect(partsOf(address) !== undefined).toBe(isIP(address) !== 0);
      if (isAddress(address)) expect(networkOf(address)).toBe(truncated(address));
    }),
    { numRuns: 3_000 },
  );
  expect(networkOf('::ffff:162.255.195.202')).toBe('162.255.195.0');
  expect(sameAddress('0:0:5::', '::5:0:0:0:0:0')).toBe(true);
  expect(sameAddress('10.0.0.0', '10.0.0.1')).toBe(false);
  expect(sameAddress(null, null)).toBe(true);
  expect(sameAddress(null, '::')).toBe(false);
});
