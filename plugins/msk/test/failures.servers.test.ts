import { eachOnce, inOrder } from '../conformance/judge/delivery.ts';
import {
  committedInTheEnd,
  goesOnFromFailed,
  retriedUntilDone,
  wholeBatchAgain,
} from '../conformance/judge/failures.ts';
import {
  assigned,
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
  texts,
  until,
  untilCommitted,
} from './kafka.ts';

beforeAll(connect);
afterEach(stopAll);
afterAll(disconnect);

describe('failures', () => {
  test('offsets are committed only after success', async () => {
    const topic = await createTopic(2);
    await produce(topic, numbered(0, 0, 5));
    const gate = Promise.withResolvers<void>();
    const run = start(topic, () => (run.events.length === 1 ? gate.promise : undefined));
    await called(run, 1);
    await produce(topic, numbered(1, 0, 1));
    await untilCommitted(run, topic, { 0: -1, 1: 1 });

    gate.resolve();
    await done(run, 6);
    expect(await committed(run.group, topic)).toEqual({ 0: 5, 1: 1 });
  });

  test('a failed batch is retried in order, while other partitions go on', async () => {
    const topic = await createTopic(2);
    let failures = 3;
    const run = start(topic, (event) => {
      if (recordsOf(event).some(({ text }) => text === 'bad') && failures-- > 0) throw new TypeError('not yet');
    });
    await assigned(run, 2);
    await run.poller.refreshPositions();
    await produce(topic, [{ partition: 0, value: 'bad' }]);
    await until(run, 'a failed batch', () => run.poller.status.metrics.InvokeErrorCount === 1);
    expect(run.poller.status.lastError).toBe('not yet');
    await produce(topic, [...numbered(0, 0, 2), ...numbered(1, 0, 2)]);
    await until(run, 'the records of the other partition', () => texts(run.events, 1).length === 2);
    expect(await committed(run.group, topic)).toMatchObject({ 0: -1 });
    await done(run, 5);

    expect(texts(run.events, 0)).toEqual(['bad', 'bad', 'bad', 'bad', '0', '1']);
    const seen = await run.seen();
    expect([...retriedUntilDone(seen, 0, 'bad'), ...inOrder(seen)]).toEqual([]);
    expect(committedInTheEnd(seen, { 0: 3, 1: 2 })).toEqual([]);
    expect(run.poller.status.metrics).toMatchObject({ InvokeErrorCount: 3, SumOffsetLag: 0 });
    expect(run.poller.status.lastError).toBeUndefined();
  });

  test('a partial response commits up to the first failed record of its partition', async () => {
    const topic = await createTopic(2);
    await produce(topic, [...numbered(0, 0, 4), ...numbered(1, 0, 2)]);
    const gate = Promise.withResolvers<void>();
    const run = start(
      topic,
      async () => {
        if (run.events.length > 1) return await gate.promise;
        return { batchItemFailures: [3, 2].map((offset) => ({ itemIdentifier: { partition: `${topic}-0`, offset } })) };
      },
      { reportsFailures: true },
    );
    await untilCommitted(run, topic, { 0: 2, 1: 2 });
    await called(run, 2);
    expect(texts(run.events.slice(1))).toEqual(['2', '3']);

    gate.resolve();
    await done(run, 6);
    expect(goesOnFromFailed(await run.seen())).toEqual([]);
  });

  test('an invalid identifier fails the whole batch', async () => {
    const topic = await createTopic(1);
    await produce(topic, numbered(0, 0, 3));
    const invalid = { batchItemFailures: [{ itemIdentifier: { partition: `${topic}-0`, offset: 99 } }] };
    const run = start(topic, () => (run.events.length === 1 ? invalid : null), { reportsFailures: true });
    await done(run, 3);

    expect(wholeBatchAgain(await run.seen())).toEqual([]);
    expect(texts(run.events)).toEqual(['0', '1', '2', '0', '1', '2']);
  });

  test('a returned list is ignored if the mapping does not use ReportBatchItemFailures', async () => {
    const topic = await createTopic(1);
    await produce(topic, numbered(0, 0, 3));
    const list = { batchItemFailures: [{ itemIdentifier: { partition: `${topic}-0`, offset: 0 } }] };
    const run = start(topic, () => list);
    await done(run, 3);

    expect(eachOnce(await run.seen(), { 0: ['0', '1', '2'] })).toEqual([]);
  });

  test('stops fetching if the function is slow, and reports the lag', async () => {
    const topic = await createTopic(1);
    for (let index = 0; index < 20; index += 1) await produce(topic, [{ partition: 0, value: Buffer.alloc(900_000) }]);
    const gate = Promise.withResolvers<void>();
    const run = start(topic, () => gate.promise);
    await called(run, 1);
    await produce(topic, numbered(0, 0, 10));
    // When a fast function has read all records, the slow one's poller also had time to fetch them.
    await done(
      start(topic, () => {}, { group: `fast-${topic}` }),
      30,
    );
    await run.poller.refreshPositions();

    expect(run.poller.status.metrics.PolledEventCount).toBeLessThan(15);
    expect(run.poller.status.metrics.SumOffsetLag).toBe(30);

    gate.resolve();
    await done(run, 30);
    expect(run.poller.status.metrics.SumOffsetLag).toBe(0);
  });
});
