import { jest } from '@jest/globals';
import { lambdaContext, mskEvent } from '#test/support/msk-event.ts';
import { batchHandler } from '../batch-handler.ts';
import { PermanentError, TransientError } from '../errors.ts';
import { type BatchFunction, recordsOf } from '../kafka/batch.ts';
import type { RecordProducer } from '../kafka/client/producer.ts';

const producer: RecordProducer = { send: async () => [], close: async () => undefined };
const away: RecordProducer = {
  ...producer,
  send: () => Promise.reject(new TransientError('KAFKA_TIMEOUT', 'the broker is away')),
};

/** Fails each record by what its value says: `ok`, `DOWN`, or a code of a dead letter. */
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

/** The metrics of one batch as CloudWatch reads them from the log: name, or `name/code`, to value. */
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
  await batchHandler(options, byValue)(event as never, lambdaContext()).catch(() => undefined);
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

test('records are counted as processed or, by their code, as dead letters', async () => {
  expect(await metricsOf(['ok', 'SCHEMA', 'ok', 'SCHEMA', 'UNKNOWN_PRODUCT'], 'throw')).toEqual({
    Records: 5,
    Processed: 2,
    DeadLetters: 3,
    'DeadLettersByCode/SCHEMA': 2,
    'DeadLettersByCode/UNKNOWN_PRODUCT': 1,
    FailedBatches: 0,
  });
});

test('what is handed back is not processed: the tail where it is reported, all where it is thrown', async () => {
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

test.each(['report', 'throw'] as const)('in %s mode, a dead letter counts when it is stored', async (mode) => {
  const counts = await metricsOf(['SCHEMA', 'ok'], mode, away);

  expect(counts).toMatchObject({ Records: 2, Processed: 0, DeadLetters: 0, FailedBatches: 1 });
  expect(counts).not.toHaveProperty('DeadLettersByCode/SCHEMA');
});

test.each([
  [['ok', 'DOWN', 'SCHEMA'], producer, 'DOWN', 'raw-data-topic-0 from offset 1; first: raw-data-topic-0-1 DOWN: down'],
  [
    ['SCHEMA', 'ok'],
    away,
    'DEAD_LETTER',
    expect.stringMatching(/raw-data-topic-0-0 .*KAFKA_TIMEOUT, the broker is away/),
  ],
])('the log of a batch %j that is handed back says where and why', async (values, letters, code, reason) => {
  process.env['POWERTOOLS_DEV'] = 'true';
  process.env['POWERTOOLS_LOG_LEVEL'] = 'ERROR';
  const log = jest.spyOn(console, 'error').mockReturnValue();
  const options = {
    function: 'test',
    handingBack: 'report',
    producer: letters,
    deadLetterTopicOf: () => 'dlq',
  } as const;

  await batchHandler(options, byValue)(mskEvent(values.map((value) => ({ value }))) as never, lambdaContext());

  const lines = log.mock.calls.map(([line]) => JSON.parse(String(line)));
  log.mockRestore();
  expect(lines).toEqual([
    expect.objectContaining({ message: 'handed back', records: expect.any(Number), code, reason }),
  ]);
});
