import { jest } from '@jest/globals';
import { lambdaContext, mskEvent, TRACE } from '#test/support/msk-event.ts';
import { batchHandler } from '../batch-handler.ts';
import { PermanentError, TransientError } from '../errors.ts';
import { type BatchFunction, recordsOf } from '../kafka/batch.ts';
import type { RecordProducer } from '../kafka/client/producer.ts';

const producer: RecordProducer = { send: async () => [], close: async () => undefined };
const failing: RecordProducer = {
  ...producer,
  send: () => Promise.reject(new TransientError('KAFKA_TIMEOUT', 'the broker is down')),
};

/** The value of a record is `ok`, `DOWN` (a transient failure) or the code of its permanent failure. */
const byValue: BatchFunction = async (batch) =>
  recordsOf(batch).flatMap((record) => {
    const text = String(record.value);
    if (text === 'ok') return [];
    return [{ record, error: text === 'DOWN' ? new TransientError(text, 'down') : new PermanentError(text, 'bad') }];
  });

/** A line in CloudWatch's embedded metric format. */
interface MetricsLine {
  _aws: { CloudWatchMetrics: { Metrics: { Name: string }[] }[] };
  service: string;
  code?: string;
  [metric: string]: unknown;
}

/** The metrics of one batch as CloudWatch reads them from the log: `name` or `name/code` -> value. */
async function metricsOf(
  values: string[],
  mode: 'throw' | 'report',
  letters = producer,
): Promise<Record<string, number>> {
  process.env['POWERTOOLS_METRICS_DISABLED'] = 'false';
  process.env['POWERTOOLS_METRICS_NAMESPACE'] = 'tests';
  process.env['POWERTOOLS_DEV'] = 'true';
  const log = jest.spyOn(console, 'log').mockReturnValue();
  const options = { function: 'test', handingBack: mode, producer: letters, deadLetterTopicOf: () => 'dlq' };
  const event = mskEvent(values.map((value) => ({ value })));
  await batchHandler(options, byValue)(event, lambdaContext()).catch(() => undefined);
  const lines = log.mock.calls.map(([line]) => JSON.parse(String(line)) as MetricsLine);
  log.mockRestore();
  expect(lines.map(({ service }) => service)).toEqual(lines.map(() => 'test'));
  return Object.fromEntries(
    lines.flatMap((line) =>
      line._aws.CloudWatchMetrics.flatMap(({ Metrics }) => Metrics).map(({ Name }) => [
        line.code === undefined ? Name : `${Name}/${line.code}`,
        Number(line[Name]),
      ]),
    ),
  );
}

const saved = { ...process.env };
afterEach(() => {
  process.env = { ...saved };
});

test('counts each record as processed or as a dead letter, and dead letters by code', async () => {
  expect(await metricsOf(['ok', 'SCHEMA', 'ok', 'SCHEMA', 'UNKNOWN_PRODUCT'], 'throw')).toEqual({
    Records: 5,
    Processed: 2,
    DeadLetters: 3,
    'DeadLettersByCode/SCHEMA': 2,
    'DeadLettersByCode/UNKNOWN_PRODUCT': 1,
    FailedBatches: 0,
  });
});

test('records that are handed back are not processed: the tails in report mode, all in throw mode', async () => {
  const values = ['ok', 'SCHEMA', 'ok', 'DOWN', 'ok'];

  expect(await metricsOf(values, 'report')).toMatchObject({
    Records: 5,
    Processed: 2,
    DeadLetters: 1,
    FailedBatches: 1,
  });
  expect(await metricsOf(values, 'throw')).toMatchObject({
    Records: 5,
    Processed: 0,
    DeadLetters: 0,
    FailedBatches: 1,
  });
});

test.each(['report', 'throw'] as const)('in %s mode, a dead letter that is not stored does not count', async (mode) => {
  const counts = await metricsOf(['SCHEMA', 'ok'], mode, failing);

  expect(counts).toMatchObject({ Records: 2, Processed: 0, DeadLetters: 0, FailedBatches: 1 });
  expect(counts).not.toHaveProperty('DeadLettersByCode/SCHEMA');
});

test.each([
  [['ok', 'DOWN', 'SCHEMA'], producer, 'DOWN', 'raw-data-topic-0 from offset 1; first: raw-data-topic-0-1 DOWN: down'],
  [
    ['SCHEMA', 'ok'],
    failing,
    'DEAD_LETTER',
    expect.stringMatching(/raw-data-topic-0-0 .*KAFKA_TIMEOUT, the broker is down/),
  ],
])('when a batch %j is handed back, the log says where and why', async (values, letters, code, reason) => {
  process.env['POWERTOOLS_DEV'] = 'true';
  process.env['POWERTOOLS_LOG_LEVEL'] = 'ERROR';
  const log = jest.spyOn(console, 'error').mockReturnValue();
  const options = {
    function: 'test',
    handingBack: 'report',
    producer: letters,
    deadLetterTopicOf: () => 'dlq',
  } as const;

  await batchHandler(options, byValue)(mskEvent(values.map((value) => ({ value }))), lambdaContext());

  const lines = log.mock.calls.map(([line]) => JSON.parse(String(line)));
  log.mockRestore();
  expect(lines).toEqual([
    expect.objectContaining({ message: 'handed back', records: expect.any(Number), code, reason }),
  ]);
});

/** The log lines of a batch in which the first record is a dead letter and the second one is handed back. */
async function linesOf(headers: Record<string, string>) {
  process.env['POWERTOOLS_DEV'] = 'true';
  process.env['POWERTOOLS_LOG_LEVEL'] = 'WARN';
  const logs = (['warn', 'error'] as const).map((level) => jest.spyOn(console, level).mockReturnValue());
  const options = { function: 'test', handingBack: 'report', producer, deadLetterTopicOf: () => 'dlq' } as const;
  const event = mskEvent([
    { value: 'SCHEMA', headers },
    { value: 'DOWN', partition: 1 },
  ]);
  await batchHandler(options, byValue)(event, lambdaContext());
  const lines = logs.flatMap((log) => log.mock.calls.map(([line]) => JSON.parse(String(line)) as object));
  for (const log of logs) log.mockRestore();
  return lines;
}

test("log lines have ECS's names beside those of Powertools, and the trace of their record", async () => {
  const lines = await linesOf({ traceparent: TRACE, secret: 'not in a log' });

  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  const id = lambdaContext().awsRequestId;
  const [letter, handedBack] = lines;
  expect(letter).toMatchObject({
    'log.level': 'warn',
    'error.code': 'SCHEMA',
    record: 'raw-data-topic-0-0',
    'trace.id': TRACE.split('-')[1],
  });
  expect(handedBack).toEqual({
    '@timestamp': time,
    'log.level': 'error',
    message: 'handed back',
    'ecs.version': '8.11.0',
    'service.name': 'test',
    'event.dataset': 'msk-pipeline.functions',
    'faas.execution': id,
    'error.code': 'DOWN',
    'error.message': expect.any(String),
    code: 'DOWN',
    reason: expect.any(String),
    level: 'ERROR',
    timestamp: time,
    service: 'test',
    cold_start: expect.any(Boolean),
    function_name: expect.any(String),
    function_memory_size: expect.any(String),
    function_request_id: id,
    function_arn: expect.any(String),
    records: 1,
  });
  expect(JSON.stringify(lines)).not.toContain('not in a log');
});

test('a traceparent that is none is not in the log', async () => {
  const lines = await linesOf({ traceparent: 'secret' });

  expect(JSON.stringify(lines)).not.toMatch(/secret|trace\.id/);
});

/** Elasticsearch and OpenSearch read a dot as an object: they refuse a line with `a` as a text beside `a.b`. */
test('without `service`, which the shipping removes, no field is a text and an object', async () => {
  for (const line of await linesOf({ traceparent: TRACE })) {
    const names = Object.keys(line).filter((name) => name !== 'service');
    expect(names.filter((name) => names.some((other) => other.startsWith(`${name}.`)))).toEqual([]);
  }
});
