import { Cluster } from '../consumer/cluster.ts';
import type { Mapping } from '../template/mapping.ts';
import { eventually } from './eventually.ts';
import {
  connect,
  createPartitions,
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

test.each(['TRIM_HORIZON', 'LATEST'] as const)(
  '%s: partitions that are added while the mapping runs are read from their beginning, within 20 s',
  async (at) => {
    const topic = await createTopic(1);
    await produce(topic, numbered(0, 0, 2));
    const run = start(topic, () => {}, { startingPosition: { at } });
    await untilCommitted(run, topic, { 0: 2 });
    await createPartitions(topic, 3);
    await produce(topic, [...numbered(1, 10, 2), ...numbered(2, 20, 2)]);
    const added = () =>
      run.events
        .flatMap(recordsOf)
        .filter(({ partition }) => partition > 0)
        .map(({ text }) => text);
    await until(run, 'the records of the new partitions', () => added().length === 4);

    expect(added().toSorted()).toEqual(['10', '11', '20', '21']);
    await untilCommitted(run, topic, { 0: 2, 1: 2, 2: 2 });
    await run.poller.refreshPositions();
    expect(run.poller.status.metrics.SumOffsetLag).toBe(0);
  },
);

test.each([{ at: 'LATEST' }, { at: 'AT_TIMESTAMP', timestamp: 1_700_000_000_000 }] as const)(
  '$at: partitions that are added while the mapping is stopped are read from their beginning, within 20 s',
  async (startingPosition) => {
    const topic = await createTopic(1);
    await produce(topic, [{ partition: 0, value: 'old', timestamp: '1600000000000' }]);
    const first = start(topic, () => {}, { startingPosition });
    await untilCommitted(first, topic, { 0: 1 });
    await stopAll();
    await createPartitions(topic, 2);
    const added = [10, 11].map((value) => ({ partition: 1, value: String(value), timestamp: '1600000000000' }));
    await produce(topic, [...added, ...numbered(0, 1, 1)]);
    const second = start(topic, () => {}, { startingPosition });
    await done(second, 3);

    expect([...texts(first.events), ...texts(second.events)].toSorted()).toEqual(['1', '10', '11']);
  },
);

test('the positions of added partitions are known too', async () => {
  const topic = await createTopic(1);
  const cluster = new Cluster(process.env['KAFKA_BROKERS'] ?? '');
  const mapping = { topic, group: `group-${topic}`, startingPosition: { at: 'TRIM_HORIZON' } } as Mapping;
  const count = async () => (await cluster.positions(mapping).catch(() => undefined))?.size;
  await eventually(async () => (await count()) === 1, { what: 'the position of one partition', seen: count });
  await createPartitions(topic, 3);

  await eventually(async () => (await count()) === 3, { what: 'the positions of three partitions', seen: count });
  await cluster.disconnect();
});
