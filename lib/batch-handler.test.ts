import { KAFKA_TIME, lambdaContext, mskEvent, type TestRecord } from '#test/support/msk-event.ts';
import { batchHandler } from './batch-handler.ts';
import { PermanentError, TransientError } from './errors.ts';
import { type BatchFunction, type Failure, recordsOf } from './kafka/batch.ts';
import type { RecordProducer } from './kafka/client/producer.ts';
import type { HandingBack } from './kafka/handing-back.ts';
import type { Header } from './kafka/headers.ts';
import { batchBytes, type Message } from './kafka/message.ts';
import { eachRecord } from './kafka/outcome.ts';

/**
 * A producer that keeps the messages it gets, in place of Kafka.
 * @param options.takes refuses a message that takes more bytes than this in a batch
 * @param options.silent the refusal doesn't say how many bytes fit
 */
function memoryProducer(options: { down?: boolean; takes?: number; silent?: boolean } = {}) {
  const { takes = Number.POSITIVE_INFINITY, silent = false } = options;
  const sent: Message[] = [];
  const producer: RecordProducer = {
    async send(_, messages, deadline) {
      if (options.down) throw new TransientError('KAFKA', 'the broker is down');
      if (deadline.remaining() <= 0) throw new TransientError('KAFKA_TIMEOUT', 'no time was left');
      sent.push(...messages.filter((message) => batchBytes(message) <= takes));
      return messages
        .filter((message) => batchBytes(message) > takes)
        .map((message) => ({
          message,
          error: new PermanentError('TOO_LARGE', 'x'),
          fits: silent ? batchBytes(message) / 8 : takes,
        }));
    },
    close: async () => undefined,
  };
  return { producer, sent };
}

const headersOf = (letter: Message | undefined) =>
  Object.fromEntries((letter?.headers ?? []).map(({ name, value }) => [name, String(value)]));

function handlerOf(work: BatchFunction, mode: 'throw' | 'report', producer = memoryProducer().producer) {
  return batchHandler({ function: 'test', handingBack: mode, producer, deadLetterTopicOf: (t) => `${t}-dlq` }, work);
}

const run = (handler: ReturnType<typeof handlerOf>, event = mskEvent([{ value: 'a' }])) =>
  handler(event, lambdaContext());

/** The value of a record decides how it fails. */
const byValue: BatchFunction = async (batch) =>
  recordsOf(batch).flatMap((record): Failure[] => {
    const text = record.value?.toString();
    if (text === 'down') return [{ record, error: new TransientError('DOWN', 'the store is down') }];
    return text === 'bad' ? [{ record, error: new PermanentError('BAD', 'the record is bad') }] : [];
  });

const values = (partition: number, ...all: string[]) => all.map((value) => ({ partition, value }));

const repeated = (count: number) =>
  Array.from({ length: count }, (): Header => ({ name: 'a', value: Buffer.alloc(0) }));
const all: TestRecord = {
  key: 'k'.repeat(50_000),
  value: 'x'.repeat(50_000),
  headerList: [...repeated(8), { name: 'a', value: Buffer.alloc(50_000) }],
};

describe('a batch function', () => {
  test('succeeds when nothing failed', async () => {
    expect(await run(handlerOf(byValue, 'throw'))).toBeUndefined();
    expect(await run(handlerOf(byValue, 'report'))).toEqual({ batchItemFailures: [] });
  });

  test('sends a dead letter with the same bytes and the cause, and goes on with the batch', async () => {
    const { producer, sent } = memoryProducer();
    const value = Buffer.from([0xff, 0x00]);
    const event = mskEvent([{ offset: 41, key: 'k', value, headers: { own: 'kept' } }, { value: 'good' }]);
    const work: BatchFunction = async (batch) => {
      const record = recordsOf(batch)[0];
      return record ? [{ record, error: new PermanentError('NOT_UTF8', 'the value is not valid UTF-8') }] : [];
    };

    const response = await run(handlerOf(work, 'report', producer), event);

    expect(response).toEqual({ batchItemFailures: [] });
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ topic: 'raw-data-topic-dlq', key: Buffer.from('k'), value });
    expect(headersOf(sent[0])).toEqual({
      own: 'kept',
      '__lambda.errors.topic': 'raw-data-topic',
      '__lambda.errors.partition': '0',
      '__lambda.errors.offset': '41',
      '__lambda.errors.timestamp': String(KAFKA_TIME),
      '__lambda.errors.function': 'test',
      '__lambda.errors.exception': 'NOT_UTF8',
      '__lambda.errors.message': 'the value is not valid UTF-8',
    });
  });

  test('reports the tail of each partition: the first failed record and every later one', async () => {
    const event = mskEvent([...values(0, 'a', 'down', 'c'), ...values(1, 'a', 'b'), ...values(2, 'down')]);

    const response = await run(handlerOf(byValue, 'report'), event);

    expect(response?.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual([
      { partition: 'raw-data-topic-0', offset: 1 },
      { partition: 'raw-data-topic-0', offset: 2 },
      { partition: 'raw-data-topic-2', offset: 0 },
    ]);
  });

  test('throws in throw mode, where the mapping would read a list as success', async () => {
    const event = mskEvent(values(0, 'a', 'down'));

    await expect(run(handlerOf(byValue, 'throw'), event)).rejects.toMatchObject({ code: 'HANDED_BACK' });
  });

  test('sends no dead letter for a record in a tail: Lambda delivers the record again', async () => {
    const { producer, sent } = memoryProducer();
    const event = mskEvent([...values(0, 'bad', 'down', 'bad'), ...values(1, 'bad')]);

    await run(handlerOf(byValue, 'report', producer), event);

    expect(sent.map(({ from }) => [from.partition, from.offset])).toEqual([
      [0, 0],
      [1, 0],
    ]);
  });

  test.each([[{ down: true }], [{ takes: 100 }]])(
    'hands a record back when its dead letter cannot be stored: %j',
    async (fault) => {
      const event = mskEvent(values(0, 'a', 'bad', 'c'));

      const response = await run(handlerOf(byValue, 'report', memoryProducer(fault).producer), event);

      expect(response?.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier.offset)).toEqual([1, 2]);
    },
  );

  test.each<[HandingBack, number[]]>([
    ['throw', []],
    ['report', [1]],
  ])(
    'in %s mode, a record that is delivered ten times because another one fails gets one dead letter, at the end',
    async (mode, letters) => {
      const { producer, sent } = memoryProducer();
      const event = (outage: string) => mskEvent([...values(0, outage, 'bad', 'bad'), ...values(1, 'bad')]);
      const handler = handlerOf(byValue, mode, producer);

      for (let n = 0; n < 10; n += 1) await run(handler, event('down')).catch(() => undefined);
      // In report mode, partition 1 is not handed back.
      expect([...new Set(sent.map(({ from }) => from.partition))]).toEqual(letters);
      sent.length = 0;
      await run(handler, event('up'));

      expect(sent.map(({ from }) => [from.partition, from.offset])).toEqual([
        [0, 1],
        [0, 2],
        [1, 0],
      ]);
    },
  );

  test('has time left for dead letters when the work has used up its time', async () => {
    const { producer, sent } = memoryProducer();
    let left = 60_000;
    const context = { ...lambdaContext(), getRemainingTimeInMillis: () => left };
    const work: BatchFunction = async (batch) => {
      left -= batch.deadline.remaining();
      expect(batch.deadline.remaining()).toBe(0);
      return byValue(batch);
    };

    await handlerOf(work, 'throw', producer)(mskEvent(values(0, 'bad')), context);

    expect(sent).toHaveLength(1);
  });

  test('a record with two failures gets one dead letter', async () => {
    const { producer, sent } = memoryProducer();
    const work: BatchFunction = async (batch) => [...(await byValue(batch)), ...(await byValue(batch))];

    await run(handlerOf(work, 'throw', producer), mskEvent(values(0, 'bad', 'good', 'bad')));

    expect(sent.map(({ from }) => from.offset)).toEqual([0, 2]);
  });

  test('fails the batch when most records made the code throw: the code is broken, not the data', async () => {
    const broken: BatchFunction = async (batch) =>
      eachRecord(recordsOf(batch), (record) => {
        if (record.offset % 2 === 0 || record.offset === 1) throw new RangeError('secret payload');
      }).failures;
    const { producer, sent } = memoryProducer();
    const batch = (size: number) => mskEvent(values(0, ...Array<string>(size).fill('a')));

    await expect(run(handlerOf(broken, 'report', producer), batch(20))).rejects.toMatchObject({ code: 'BROKEN_CODE' });
    expect(sent).toHaveLength(0);
    await run(handlerOf(broken, 'report', producer), batch(19));
    expect(sent).toHaveLength(11);
    expect(JSON.stringify(sent.map(({ headers }) => headers.map(({ value }) => String(value))))).not.toContain(
      'secret',
    );
  });

  test.each<[string, TestRecord, string | undefined, string]>([
    ['200,000 headers', { value: 'x', headerList: repeated(200_000) }, undefined, 'headers 1000 of 200000'],
    ['a value over the limit', { value: 'x'.repeat(50_000) }, 'TOO_LARGE', 'value N of 50000 bytes'],
    ['a key over the limit', { key: 'k'.repeat(50_000), value: 'bad' }, 'BAD', 'key N of 50000 bytes'],
    ['a header over the limit', { value: 'bad', headers: { a: 'h'.repeat(50_000) } }, 'BAD', 'headers 0 of 1'],
    ['all three over the limit', all, 'TOO_LARGE', 'key N of 50000 bytes, headers 8 of 9, value N of 50000 bytes'],
    ['a tombstone', { value: null, headers: { a: 'h'.repeat(50_000) } }, 'NULL', 'headers 0 of 1'],
  ])('a dead letter that is too large is cut to what fits: %s', async (_, record, code, truncated) => {
    const work: BatchFunction = async (batch) =>
      recordsOf(batch).map((own) => ({ record: own, error: new PermanentError(code ?? 'never', 'the record is bad') }));
    const { producer, sent } = memoryProducer({ takes: 20_000 });

    const response = await run(handlerOf(work, 'report', producer), mskEvent([{ offset: 7, ...record }]));

    expect(response).toEqual({ batchItemFailures: [] });
    expect(sent).toHaveLength(1);
    const { '__lambda.errors.truncated': truncation, ...headers } = headersOf(sent[0]);
    expect(truncation?.replaceAll(/\d+ of (?=50000 bytes)/g, 'N of ')).toBe(truncated);
    expect(headers).toMatchObject({
      '__lambda.errors.offset': '7',
      '__lambda.errors.exception': code ?? 'TOO_MANY_HEADERS',
    });
    expect(sent[0]?.value === null).toBe(record.value === null);
    if (code === 'TOO_LARGE') expect(batchBytes(sent[0] as Message)).toBeGreaterThan(19_700);
  });

  test.each([
    ['does not say how much it takes', { takes: 3_000, silent: true }],
    ['takes very little', { takes: 700, silent: true }],
  ])('a dead letter is made smaller until it fits a topic that %s', async (_, topic) => {
    const { producer, sent } = memoryProducer(topic);
    const work: BatchFunction = async (batch) =>
      recordsOf(batch).map((record) => ({ record, error: new PermanentError('BAD', 'the record is bad') }));
    const event = mskEvent([{ value: 'x'.repeat(50_000) }, { value: 'short' }]);

    const response = await run(handlerOf(work, 'report', producer), event);

    expect(response).toEqual({ batchItemFailures: [] });
    expect(new Set(sent.map(({ from }) => from.offset))).toEqual(new Set([0, 1]));
  });

  test('only a function with takesAny gets records with too many headers', async () => {
    const given: number[] = [];
    const work: BatchFunction = async (batch) => {
      given.push(...recordsOf(batch).map(({ offset }) => offset));
      return [];
    };
    const { producer, sent } = memoryProducer();
    const options = { function: 'test', handingBack: 'throw', producer, deadLetterTopicOf: () => 'dlq' } as const;
    const event = mskEvent([
      { value: 'a', headerList: repeated(1_000) },
      { value: 'b', headerList: repeated(1_001) },
      { value: 'c' },
    ]);

    await run(batchHandler(options, work), event);
    await run(batchHandler({ ...options, takesAny: true }, work), event);

    expect(given).toEqual([0, 2, 0, 1, 2]);
    expect(sent.map(({ from }) => from.offset)).toEqual([1]);
  });

  test('an event that is not an MSK event fails the invocation', async () => {
    await expect(run(handlerOf(byValue, 'report'), { Records: [] } as never)).rejects.toThrow('not an MSK event');
  });
});
