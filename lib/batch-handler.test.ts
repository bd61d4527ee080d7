import { KAFKA_TIME, lambdaContext, mskEvent } from '../test/msk-event.ts';
import { batchHandler } from './batch-handler.ts';
import { PermanentError, TransientError } from './errors.ts';
import { type BatchFunction, type Failure, recordsOf } from './kafka/batch.ts';
import type { MskBatchResponse } from './kafka/event.ts';
import type { Message } from './kafka/message.ts';
import { eachRecord } from './kafka/outcome.ts';
import type { RecordProducer } from './kafka/producer.ts';

/** A topic that keeps what it is sent: the network's edge. */
function memoryProducer(options: { down?: boolean; refuse?: boolean } = {}) {
  const sent: Message[] = [];
  const producer: RecordProducer = {
    async send(_, messages) {
      if (options.down) throw new TransientError('KAFKA', 'the broker is down');
      if (options.refuse) return messages.map((message) => ({ message, error: new PermanentError('TOO_LARGE', 'x') }));
      sent.push(...messages);
      return [];
    },
    close: async () => undefined,
  };
  return { producer, sent };
}

function handlerOf(work: BatchFunction, mode: 'throw' | 'report', producer = memoryProducer().producer) {
  return batchHandler({ function: 'test', handingBack: mode, producer, deadLetterTopicOf: (t) => `${t}-dlq` }, work);
}

const run = (handler: ReturnType<typeof handlerOf>, event = mskEvent([{ value: 'a' }])) =>
  handler(event as never, lambdaContext()) as Promise<MskBatchResponse | undefined>;

/** Fails each record by what its value says. */
const byValue: BatchFunction = async (batch) =>
  recordsOf(batch).flatMap((record): Failure[] => {
    const text = record.value?.toString();
    if (text === 'down') return [{ record, error: new TransientError('DOWN', 'the store is down') }];
    return text === 'bad' ? [{ record, error: new PermanentError('BAD', 'the record is bad') }] : [];
  });

const values = (partition: number, ...all: string[]) => all.map((value) => ({ partition, value }));

describe('a batch function', () => {
  test('succeeds when nothing failed', async () => {
    expect(await run(handlerOf(byValue, 'throw'))).toBeUndefined();
    expect(await run(handlerOf(byValue, 'report'))).toEqual({ batchItemFailures: [] });
  });

  test('dead-letters a permanent failure byte for byte with its cause, and the batch goes on', async () => {
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
    expect(Object.fromEntries((sent[0] as Message).headers.map((h) => [h.name, h.value.toString()]))).toEqual({
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

  test('reports the tail of each partition: the first not done and every later one', async () => {
    const event = mskEvent([...values(0, 'a', 'down', 'c'), ...values(1, 'a', 'b'), ...values(2, 'down')]);

    const response = await run(handlerOf(byValue, 'report'), event);

    expect(response?.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual([
      { partition: 'raw-data-topic-0', offset: 1 },
      { partition: 'raw-data-topic-0', offset: 2 },
      { partition: 'raw-data-topic-2', offset: 0 },
    ]);
  });

  test('throws where the mapping would read a list as success', async () => {
    const event = mskEvent(values(0, 'a', 'down'));

    await expect(run(handlerOf(byValue, 'throw'), event)).rejects.toMatchObject({ code: 'HANDED_BACK' });
  });

  test('does not dead-letter behind a tail: the record comes again', async () => {
    const { producer, sent } = memoryProducer();
    const event = mskEvent([...values(0, 'bad', 'down', 'bad'), ...values(1, 'bad')]);

    await run(handlerOf(byValue, 'report', producer), event);

    expect(sent.map(({ from }) => [from.partition, from.offset])).toEqual([
      [0, 0],
      [1, 0],
    ]);
  });

  test.each([[{ down: true }], [{ refuse: true }]])(
    'never drops a record whose dead letter is not stored: %j',
    async (fault) => {
      const event = mskEvent(values(0, 'a', 'bad', 'c'));

      const response = await run(handlerOf(byValue, 'report', memoryProducer(fault).producer), event);

      expect(response?.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier.offset)).toEqual([1, 2]);
    },
  );

  test('takes a batch of which most records made the code throw as broken code, not bad data', async () => {
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
    expect(JSON.stringify(sent.map(({ headers }) => headers.map(({ value }) => value.toString())))).not.toContain(
      'secret',
    );
  });

  test('an event that is no MSK event fails the invocation', async () => {
    await expect(run(handlerOf(byValue, 'report'), { Records: [] } as never)).rejects.toThrow('not an MSK event');
  });
});
