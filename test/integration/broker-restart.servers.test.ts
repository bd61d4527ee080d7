import { isDeepStrictEqual } from 'node:util';
import { withAdmin } from '#cli/topic.ts';
import { kafkaOf } from '#local/deploy/servers.ts';
import { Cluster, type MskEvent } from '#msk';
import { pollerOf, type TestPoller } from '#msk/test/mapping.ts';
import { startBroker, type TestBroker } from '../support/broker.ts';
import { eventually } from '../support/eventually.ts';

const TOPIC = 'orders';
const PARTITIONS = [0, 1, 2];
const PER_PARTITION = 500;

let broker: TestBroker;
let cluster: Cluster;
let poller: TestPoller['poller'];

beforeAll(async () => {
  broker = await startBroker([TOPIC]);
});
afterAll(async () => {
  await poller.stop(0);
  await cluster.disconnect();
  await broker.stop();
});

test('plugins/msk: a broker restart loses no record, and uncommitted records come again in order', async () => {
  await produce();
  const stopped = Promise.withResolvers<void>();
  const read = new Map(PARTITIONS.map((partition) => [partition, [] as number[]]));
  cluster = new Cluster(broker.endpoint);
  const collect = async ({ records }: MskEvent) => {
    for (const record of Object.values(records).flat()) read.get(record.partition)?.push(record.offset);
    if (count() > 200) await stopped.promise;
  };
  ({ poller } = pollerOf(cluster, TOPIC, collect, { batchSize: 10, group: 'orders' }));
  const count = () => [...read.values()].flat().length;
  poller.start();
  await eventually(() => count() > 200, { what: '200 records read', seen: count });

  await broker.server.stop();
  stopped.resolve();
  const error = () => poller.status.lastError;
  await eventually(error, { what: 'an error of the poller' });
  await broker.server.start();
  await broker.server.ready();
  await produce();

  const ends = await endOffsets();
  for (const end of ends) expect(end).toBeGreaterThanOrEqual(2 * PER_PARTITION);
  const isAll = async () => isDeepStrictEqual(await committed(), ends);
  await eventually(isAll, { what: `the offsets ${ends.join(', ')} committed`, boundMs: 120_000, seen: committed });
  for (const [partition, offsets] of read) {
    expect([...new Set(offsets)].sort((a, b) => a - b)).toEqual([...Array(ends[partition]).keys()]);
    // It may go back to an offset that it has read, but it never skips one.
    expect(offsets.every((offset, index) => index === 0 || offset <= (offsets[index - 1] ?? 0) + 1)).toBe(true);
  }
}, 240_000);

const client = () => kafkaOf({ kafka: broker.endpoint }, 'test');

async function produce(): Promise<void> {
  const producer = client().producer();
  await producer.connect();
  const messages = PARTITIONS.flatMap((partition) =>
    Array.from({ length: PER_PARTITION }, () => ({ partition, value: 'order' })),
  );
  await producer.send({ topic: TOPIC, messages });
  await producer.disconnect();
}

/**
 * The end of each partition's log, by partition. It can be more than what the test sent: a producer that isn't
 * idempotent sends a request again if one of its partitions failed, as partitions do just after a restart.
 */
async function endOffsets(): Promise<number[]> {
  const offsets = await withAdmin(client(), (admin) => admin.fetchTopicOffsets(TOPIC));
  return byPartition(offsets.map(({ partition, high }) => ({ partition, offset: high })));
}

async function committed(): Promise<number[]> {
  const asked = { groupId: 'orders', topics: [TOPIC] };
  const [offsets] = await withAdmin(client(), (admin) => admin.fetchOffsets(asked));
  return byPartition(offsets?.partitions ?? []);
}

function byPartition(offsets: { partition: number; offset: string }[]): number[] {
  return offsets.toSorted((a, b) => a.partition - b.partition).map(({ offset }) => Number(offset));
}
