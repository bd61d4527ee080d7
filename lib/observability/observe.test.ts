import { jest } from '@jest/globals';
import { lambdaContext, mskEvent } from '#test/support/msk-event.ts';
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
