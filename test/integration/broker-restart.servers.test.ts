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

  const isAll = async () => (await committed()).every((offset) => offset === 2 * PER_PARTITION);
  await eventually(isAll, { what: 'all offsets committed', boundMs: 120_000, seen: committed });
  for (const offsets of read.values()) {
    expect(new Set(offsets).size).toBe(2 * PER_PARTITION);
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

async function committed(): Promise<number[]> {
  const asked = { groupId: 'orders', topics: [TOPIC] };
  const [offsets] = await withAdmin(client(), (admin) => admin.fetchOffsets(asked));
  return (offsets?.partitions ?? []).map(({ offset }) => Number(offset));
}
