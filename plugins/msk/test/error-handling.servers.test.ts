import { eachOnce } from '../conformance/judge/delivery.ts';
import { committedInTheEnd, halved, times } from '../conformance/judge/failures.ts';
import type { MskEvent } from '../polling/event.ts';
import { retryPolicy } from '../template/retry-policy.ts';
import {
  called,
  committed,
  connect,
  createTopic,
  disconnect,
  done,
  numbered,
  produce,
  recordsOf,
  start,
  stopAll,
  until,
} from './kafka.ts';

/** A long batching window: a batch is handed over only when it is full. */
const FOR_A_FULL_BATCH = 60_000;

beforeAll(connect);
afterEach(stopAll);
afterAll(disconnect);

const policy = (properties: Parameters<typeof retryPolicy>[0]) => ({ retry: retryPolicy(properties, true, false) });
const texts = (event: MskEvent) => recordsOf(event).map(({ text }) => text);
const throwOn =
  (...poison: string[]) =>
  (event: MskEvent) => {
    if (texts(event).some((text) => poison.includes(text))) throw new Error('poison');
  };

describe('MaximumRetryAttempts', () => {
  test('a batch is dropped after this number of retries, a line names it, and the partition goes on', async () => {
    const topic = await createTopic(1);
    await produce(topic, numbered(0, 0, 3));
    const run = start(topic, throwOn('1'), { ...policy({ MaximumRetryAttempts: 2 }), batchSize: 3 });
    await done(run, 3);
    await produce(topic, numbered(0, 3, 1));
    await done(run, 4);

    expect(run.events.map(texts)).toEqual([['0', '1', '2'], ['0', '1', '2'], ['0', '1', '2'], ['3']]);
    const seen = await run.seen();
    expect([...times(seen, 0, '1', 3), ...committedInTheEnd(seen, { 0: 4 })]).toEqual([]);
    expect(run.poller.status.metrics).toMatchObject({
      InvokedEventCount: 10,
      FailedInvokeEventCount: 9,
      InvokeErrorCount: 3,
      DroppedEventCount: 3,
      OnFailureDestinationDeliveredEventCount: 0,
    });
    expect(run.lines).toContainEqual(
      `test: ${topic}-0 0..2 (3 records, RetryAttemptsExhausted) dropped, there is no on-failure destination: poison`,
    );
  });

  test('after a partial response, only the failed rest is dropped', async () => {
    const topic = await createTopic(1);
    await produce(topic, numbered(0, 0, 5));
    const report = { batchItemFailures: [{ itemIdentifier: { partition: `${topic}-0`, offset: 3 } }] };
    const run = start(topic, (event) => (texts(event).includes('3') ? report : null), {
      ...policy({ MaximumRetryAttempts: 1 }),
      reportsFailures: true,
    });
    await done(run, 5);

    expect(run.events.map(texts)).toEqual([
      ['0', '1', '2', '3', '4'],
      ['3', '4'],
    ]);
    expect(run.poller.status.metrics).toMatchObject({ DroppedEventCount: 2, FailedInvokeEventCount: 4 });
  });

  test('after progress in a partition, the next record has all retries', async () => {
    const topic = await createTopic(2);
    await produce(topic, [...numbered(0, 0, 3), { partition: 1, value: 'bad' }]);
    const run = start(
      topic,
      (event) => {
        const first = recordsOf(event).filter(({ partition }) => partition === 0)[1];
        const offsets = [first, recordsOf(event).find(({ text }) => text === 'bad')].flatMap((record) => record ?? []);
        const batchItemFailures = offsets.map(({ topic: name, partition, offset }) => ({
          itemIdentifier: { partition: `${name}-${partition}`, offset },
        }));
        return { batchItemFailures };
      },
      {
        ...policy({ MaximumRetryAttempts: 1 }),
        reportsFailures: true,
        batchSize: 4,
        windowMilliseconds: FOR_A_FULL_BATCH,
      },
    );
    await done(run, 4);

    // The order of the partitions in an event is not defined.
    expect(run.events.map((event) => texts(event).toSorted())).toEqual([
      ['0', '1', '2', 'bad'],
      ['1', '2', 'bad'],
      ['2'],
    ]);
    expect(run.poller.status.metrics.DroppedEventCount).toBe(1);
  });

  test('with 0 retries, a batch is dropped at once; other partitions are not affected', async () => {
    const topic = await createTopic(2);
    const run = start(topic, throwOn('bad'), { ...policy({ MaximumRetryAttempts: 0 }), batchSize: 1 });
    await produce(topic, [{ partition: 0, value: 'bad' }, ...numbered(1, 0, 2)]);
    await done(run, 3);

    expect(run.events.flatMap(texts).toSorted()).toEqual(['0', '1', 'bad']);
    expect(run.poller.status.metrics.DroppedEventCount).toBe(1);
  });
});

describe('MaximumRecordAgeInSeconds', () => {
  const ages = policy({ MaximumRecordAgeInSeconds: 60 });
  const aged = (value: string, seconds: number) => ({
    partition: 0,
    value,
    timestamp: String(Date.now() - seconds * 1000),
  });

  test('a record that is too old is not sent to the function; each record’s own timestamp counts', async () => {
    const topic = await createTopic(1);
    await produce(topic, [aged('old', 61), aged('new', 0), aged('older', 3600), aged('newer', 0), aged('last', 99)]);
    const run = start(topic, () => {}, { ...ages, batchSize: 5, windowMilliseconds: FOR_A_FULL_BATCH });
    await done(run, 5);

    const seen = await run.seen();
    expect([...eachOnce(seen, { 0: ['new', 'newer'] }), ...committedInTheEnd(seen, { 0: 5 })]).toEqual([]);
    expect(run.poller.status.metrics).toMatchObject({
      InvokedEventCount: 2,
      DroppedEventCount: 3,
      InvokeErrorCount: 0,
    });
    expect(run.lines.join()).toContain('RecordAgeExceeded');
  });

  test('an old record after a failed record is not committed before it', async () => {
    const topic = await createTopic(1);
    await produce(topic, [aged('bad', 0), aged('old', 61)]);
    const run = start(topic, throwOn('bad'), { ...ages, batchSize: 2, windowMilliseconds: FOR_A_FULL_BATCH });
    await until(run, 'the old record dropped', () => run.poller.status.metrics.DroppedEventCount === 1);
    await called(run, run.events.length + 2);

    expect(await committed(run.group, topic)).toEqual({ 0: -1 });
  });
});

describe('BisectBatchOnFunctionError', () => {
  test('halves a failed batch until the poison record is alone; a split consumes no retry', async () => {
    const topic = await createTopic(1);
    await produce(topic, numbered(0, 0, 8));
    const run = start(topic, throwOn('5'), {
      ...policy({ BisectBatchOnFunctionError: true, MaximumRetryAttempts: 1 }),
      batchSize: 8,
      windowMilliseconds: FOR_A_FULL_BATCH,
    });
    await done(run, 8);

    expect(run.events.map((event) => texts(event).join(''))).toEqual([
      '01234567',
      '0123',
      '4567',
      '45',
      '4',
      '5',
      '5',
      '67',
    ]);
    expect(run.poller.status.metrics).toMatchObject({ DroppedEventCount: 1, InvokeErrorCount: 5 });
    const seen = await run.seen();
    expect([...halved(seen, '5'), ...committedInTheEnd(seen, { 0: 8 })]).toEqual([]);
  });

  test('records after the poison record wait, and no offset past it is committed', async () => {
    const topic = await createTopic(1);
    await produce(topic, numbered(0, 0, 4));
    const run = start(topic, throwOn('1'), {
      ...policy({ BisectBatchOnFunctionError: true }),
      batchSize: 4,
      windowMilliseconds: FOR_A_FULL_BATCH,
    });
    await called(run, 7);

    expect(run.events.flatMap(texts)).not.toContain(undefined);
    expect(run.events.slice(1).flatMap(texts)).not.toContain('3');
    expect(await committed(run.group, topic)).toEqual({ 0: 1 });
  });

  test('splits a batch between its partitions first', async () => {
    const topic = await createTopic(2);
    await produce(topic, [...numbered(0, 0, 2), { partition: 1, value: 'bad' }]);
    const run = start(topic, throwOn('bad'), {
      ...policy({ BisectBatchOnFunctionError: true, MaximumRetryAttempts: 0 }),
      batchSize: 3,
      windowMilliseconds: FOR_A_FULL_BATCH,
    });
    await done(run, 3);

    const [whole, ...parts] = run.events.map((event) => texts(event).toSorted().join());
    expect([whole, ...parts.toSorted()]).toEqual(['0,1,bad', '0,1', 'bad']);
    expect(run.poller.status.metrics.DroppedEventCount).toBe(1);
  });
});

test('on-demand mode retries the whole batch, regardless of the limits', async () => {
  const topic = await createTopic(1);
  await produce(topic, numbered(0, 0, 2));
  let failures = 4;
  const all = { MaximumRetryAttempts: 0, MaximumRecordAgeInSeconds: 60, BisectBatchOnFunctionError: true };
  const run = start(
    topic,
    () => {
      if (failures-- > 0) throw new Error('not yet');
    },
    { retry: retryPolicy(all, false, false), batchSize: 2 },
  );
  await done(run, 2);

  expect(run.events.map((event) => texts(event).join())).toEqual(Array.from({ length: 5 }, () => '0,1'));
  expect(run.poller.status.metrics.DroppedEventCount).toBe(0);
});
