import { eachOnce } from '../conformance/judge/delivery.ts';
import { committedInTheEnd } from '../conformance/judge/failures.ts';
import { valueFilter } from '../template/filters.ts';
import {
  called,
  committed,
  connect,
  createTopic,
  disconnect,
  done,
  produce,
  recordsOf,
  start,
  stopAll,
  untilCommitted,
} from './kafka.ts';

beforeAll(connect);
afterEach(stopAll);
afterAll(disconnect);

describe('filters', () => {
  const filtered = (...patterns: object[]) => {
    const filter = valueFilter({ Filters: patterns.map((pattern) => ({ Pattern: JSON.stringify(pattern) })) });
    return { ...(filter && { filter }) };
  };
  const orders = (partition: number, first: number, count: number) =>
    Array.from({ length: count }, (_, index) => ({
      partition,
      value: JSON.stringify({ order: first + index, kind: (first + index) % 3 === 0 ? 'urgent' : 'usual' }),
    }));
  const urgent = { value: { kind: ['urgent'] } };

  test('filtered records are never handed over, and their offsets are committed', async () => {
    const topic = await createTopic(2);
    await produce(topic, [...orders(0, 0, 100), ...orders(1, 0, 100)]);
    const run = start(topic, () => {}, { batchSize: 10, ...filtered(urgent, { value: { order: [1] } }) });
    await done(run, 200);

    const passing = orders(0, 0, 100).flatMap(({ value }, n) => (n % 3 === 0 || n === 1 ? value : []));
    const seen = await run.seen();
    expect(eachOnce(seen, { 0: passing, 1: passing })).toEqual([]);
    expect(committedInTheEnd(seen, { 0: 100, 1: 100 })).toEqual([]);
    await run.poller.refreshPositions();
    expect(run.poller.status.metrics).toMatchObject({
      PolledEventCount: 200,
      FilteredOutEventCount: 130,
      InvokedEventCount: 70,
      SumOffsetLag: 0,
    });
  });

  test('if all records are filtered out, offsets are committed without an invocation', async () => {
    const topic = await createTopic(1);
    await produce(topic, orders(0, 1, 2));
    const run = start(topic, () => {}, filtered(urgent));
    await done(run, 2);

    expect(run.events).toEqual([]);
    expect(await committed(run.group, topic)).toEqual({ 0: 2 });
  });

  test('a filtered record is not committed before an earlier record that fails', async () => {
    const topic = await createTopic(2);
    await produce(topic, orders(0, 2, 3));
    const gate = Promise.withResolvers<void>();
    const run = start(
      topic,
      async (event) => {
        if (run.events.length === 1) throw new Error('not yet');
        if (recordsOf(event).some(({ partition }) => partition === 0)) await gate.promise;
      },
      filtered(urgent),
    );
    await called(run, 2);
    await produce(topic, orders(1, 0, 1));
    await untilCommitted(run, topic, { 0: 1, 1: 1 });

    gate.resolve();
    await done(run, 4);
    expect(await committed(run.group, topic)).toEqual({ 0: 3, 1: 1 });
  });

  test('a pattern for JSON does not exclude other values: null, plain text, other encodings', async () => {
    const topic = await createTopic(1);
    await produce(topic, [
      ...[null, 'urgent?', Buffer.from([0xff, 0xfe])].map((value) => ({ partition: 0, value })),
      ...orders(0, 1, 1),
    ]);
    const run = start(topic, () => {}, filtered(urgent));
    await done(run, 4);

    expect(run.events.flatMap(recordsOf).map(({ value }) => value)).toEqual([null, 'dXJnZW50Pw==', '//4=']);
  });
});
