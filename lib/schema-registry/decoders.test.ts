import { over, overWhen, plenty } from '#test/support/deadlines.ts';
import { avroType } from './avro.ts';
import { type DecodersOptions, schemaDecoders } from './decoders.ts';
import { unavailable, wrong } from './errors.ts';

const SCHEMA = '{"type":"record","name":"R","fields":[{"name":"a","type":"string"}]}';
const HELLO = { bytes: Buffer.from('\u000ahello'), start: 0 };
const key = (schemaId: string, framing: 'glue' | 'confluent' = 'confluent') => ({ framing, schemaId });

/** Decoders with a registry that gets its answers from a function, and the list of the ids that it was asked for. */
function setUp(answer: (id: string) => string | Promise<string>, options: Partial<DecodersOptions> = {}) {
  const asked: string[] = [];
  const registry = {
    schema: async (id: string) => {
      asked.push(id);
      return answer(id);
    },
  };
  const decoders = schemaDecoders({ reader: avroType(SCHEMA), registries: { confluent: registry }, ...options });
  const code = async (id: string, deadline = plenty) => {
    const decoderOf = await decoders.of([key(id)], deadline);
    try {
      return decoderOf(key(id))(HELLO);
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  return { asked, decoders, code };
}

const unknown = (id: string): never => {
  throw wrong.unknown(id, 'not there');
};

test('a schema is looked up once, also when many callers need it at the same time', async () => {
  const { asked, code } = setUp(async () => SCHEMA);

  const results = await Promise.all(Array.from({ length: 50 }, () => code('7')));

  expect(results).toEqual(Array.from({ length: 50 }, () => ({ a: 'hello' })));
  expect([asked, await code('7')]).toEqual([['7'], { a: 'hello' }]);
});

test('an unknown id is looked up again after 30 s, not before', async () => {
  let now = 0;
  let answer: (id: string) => string = unknown;
  const { asked, code } = setUp((id) => answer(id), { now: () => now });

  expect([await code('7'), await code('7')]).toEqual(['UNKNOWN_SCHEMA', 'UNKNOWN_SCHEMA']);
  expect(asked).toHaveLength(1);
  answer = () => SCHEMA;
  now = 30_000;
  expect(await code('7')).toEqual({ a: 'hello' });
});

test('many unknown ids cost one call each, push out no schema, and are kept up to a limit', async () => {
  const { asked, decoders, code } = setUp((id) => (id === 'good' ? SCHEMA : unknown(id)), {
    size: 1,
    unknownSize: 100,
  });
  await code('good');

  const bad = Array.from({ length: 1_000 }, (_, i) => key(`bad-${i % 500}`));
  const decoderOf = await decoders.of(bad, plenty);

  expect(() => decoderOf(key('bad-1'))).toThrow(expect.objectContaining({ code: 'UNKNOWN_SCHEMA' }));
  expect(asked).toHaveLength(501);
  await code('good');
  await code('bad-499');
  expect(asked).toHaveLength(501);
  await code('bad-0');
  expect(asked).toHaveLength(502);
});

test("a registry's failure is transient, is tried again before the deadline, and is not kept", async () => {
  let down = true;
  const { asked, code } = setUp(() => {
    if (down) throw unavailable('is down');
    return SCHEMA;
  });

  const deadline = overWhen(() => asked.length === 3);
  expect(await code('7', deadline)).toBe('SCHEMA_REGISTRY');
  expect(asked).toHaveLength(3);
  down = false;
  expect(await code('7')).toEqual({ a: 'hello' });
});

test('a schema that is incompatible with the reader’s is looked up once', async () => {
  const { asked, code } = setUp(() => '"long"');

  expect([await code('7'), await code('7'), asked]).toEqual(['INCOMPATIBLE_SCHEMA', 'INCOMPATIBLE_SCHEMA', ['7']]);
});

test('schemas are kept up to a limit; the oldest is dropped first', async () => {
  const { asked, code } = setUp(() => SCHEMA, { size: 2 });

  for (const id of ['1', '2', '1', '3', '1', '2']) await code(id);

  expect(asked).toEqual(['1', '2', '3', '1', '2']);
});

test('a framing without a registry fails permanently; the same id in another framing is another schema', async () => {
  const { decoders } = setUp(() => SCHEMA);

  const decoderOf = await decoders.of([key('7', 'glue'), key('7')], plenty);

  expect(() => decoderOf(key('7', 'glue'))).toThrow(expect.objectContaining({ code: 'UNKNOWN_SCHEMA' }));
  expect(decoderOf(key('7'))(HELLO)).toEqual({ a: 'hello' });
});

test('when one registry is down, records of the other are still decoded', async () => {
  const { decoders } = setUp(() => SCHEMA, {
    registries: {
      confluent: { schema: async () => SCHEMA },
      glue: { schema: () => Promise.reject(unavailable('is down')) },
    },
  });

  const decoderOf = await decoders.of([key('7', 'glue'), key('7')], over);

  expect(() => decoderOf(key('7', 'glue'))).toThrow(expect.objectContaining({ retriable: true }));
  expect(decoderOf(key('7'))(HELLO)).toEqual({ a: 'hello' });
});
