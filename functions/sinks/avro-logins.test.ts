import type { PermanentError } from '#lib/errors.ts';
import { recordsOf } from '#lib/kafka/batch.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import { schemaDecoders } from '#lib/schema-registry/decoders.ts';
import { unavailable, wrong } from '#lib/schema-registry/errors.ts';
import { frameConfluent, frameGlue } from '#lib/schema-registry/framing.ts';
import { over } from '#test/support/deadlines.ts';
import { batchOfRecords, type TestRecord } from '#test/support/msk-event.ts';
import { PROCESSED, processedType, VERSION } from '../logins/logins.fixture.ts';
import { readProcessedLogin } from '../logins/schema.ts';
import { decoding } from './avro-logins.ts';
import type { Sink } from './sink.ts';

const AWAY = 500;
const registry = {
  async schema(id: string) {
    if (id === '7' || id === VERSION) return JSON.stringify(processedType);
    throw id === String(AWAY) ? unavailable('does not answer') : wrong.unknown(id, 'none');
  },
};
const decoders = () => schemaDecoders({ reader: processedType, registries: { confluent: registry, glue: registry } });
const payload = processedType.toBuffer(PROCESSED);

/** A sink that keeps the logins that it can read, and fails the others. */
function keeping() {
  const kept: unknown[] = [];
  const sink: Sink = {
    write: async (batch) =>
      recordsOf(batch).flatMap((record) => {
        try {
          kept.push(readProcessedLogin(record));
          return [];
        } catch (error) {
          return [{ record, error: error as PermanentError }];
        }
      }),
  };
  return { sink: decoding(sink, decoders()), kept };
}

const login = (value: TestRecord['value']): TestRecord => ({ topic: 'user-login-processed', value });

test('the sink gets a login in Avro as JSON, and a login in JSON unchanged', async () => {
  const { sink, kept } = keeping();

  expect(
    await sink.write(
      batchOfRecords([
        login(frameGlue(VERSION, payload)),
        login(PROCESSED),
        login(frameGlue(VERSION, payload, true)),
        login(frameConfluent(7, payload)),
      ]),
    ),
  ).toEqual([]);
  expect(kept).toEqual([PROCESSED, PROCESSED, PROCESSED, PROCESSED]);
});

test('a failure has the original record: undecodable, rejected by the sink, or retriable', async () => {
  const { sink, kept } = keeping();
  const values = [
    frameGlue(VERSION, payload.subarray(0, -1)),
    frameConfluent(8, payload),
    frameConfluent(AWAY, payload),
    frameConfluent(7, processedType.toBuffer({ ...PROCESSED, ip: 'nowhere' })),
    Buffer.from([0, 0]),
  ];

  const failures = await sink.write(batchOfRecords([...values.map(login), login(PROCESSED)], {}, over));

  const codes = failures.toSorted((a, b) => a.record.offset - b.record.offset);
  expect(codes.map(({ record, error }) => [record.offset, error.code, error.retriable])).toEqual([
    [0, 'TRUNCATED_AVRO', false],
    [1, 'UNKNOWN_SCHEMA', false],
    [2, 'SCHEMA_REGISTRY', true],
    [3, 'SCHEMA', false],
    [4, 'TRUNCATED_FRAME', false],
  ]);
  for (const { record } of failures) expect(record.value).toEqual(values[record.offset]);
  expect(kept).toEqual([PROCESSED]);
});

test('records of other topics stay unchanged', async () => {
  const seen: KafkaRecord[] = [];
  const write: Sink['write'] = async (given) => {
    seen.push(...recordsOf(given));
    return [];
  };
  const sink = decoding({ write }, decoders());
  const batch = batchOfRecords([{ topic: 'demo_topic', value: Buffer.from([0, 1]) }]);

  await sink.write(batch);

  expect(seen).toEqual(recordsOf(batch));
});
