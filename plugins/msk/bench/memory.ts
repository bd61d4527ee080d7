import { setTimeout as sleep } from 'node:timers/promises';
import { check, deleteTopics, filledTopic, packagedFunction, pollerOf } from './fixture.ts';
import { numberOptions } from './options.ts';

/** Memory with a slow function: the poller must stop fetching. */
const HELP = `node bench/memory.ts [--records 1000000] [--seconds 20]

Runs a mapping with a batch size of 1,000 on a topic with records of 200 bytes. Its function takes 5 s for each batch.
Prints by how much the resident memory of this process grew at most, and how many records were fetched.
Broker: KAFKA_BROKERS, default 127.0.0.1:9092. Limits: 150 MB; 75,000 records (full queues of 3 partitions, a fetch and
the batches in flight).`;

const { records, seconds } = numberOptions(HELP, { records: 1_000_000, seconds: 20 });
const mostMegabytes = 150;
/** A queue is full at 10,000 records. A fetch reads up to 1 MB of a partition, about 4,500 records. */
const mostFetched = 3 * 25_000;

const topic = await filledTopic(3, records, 200);
const slow = await packagedFunction('export const handler = () => new Promise((done) => setTimeout(done, 5000));');
globalThis.gc?.();
const before = process.memoryUsage.rss();
const { poller, stop } = pollerOf(topic, slow.invoke);
poller.start();
let most = before;
for (let passed = 0; passed < seconds * 10; passed += 1) {
  await sleep(100);
  most = Math.max(most, process.memoryUsage.rss());
}
const { PolledEventCount: fetched } = poller.status.metrics;
await poller.stop(0);
await slow.remove();
await stop();
await deleteTopics([topic]);

const megabytes = (most - before) / 1024 / 1024;
check(
  'memory with a slow function',
  `${megabytes.toFixed(0)} MB more`,
  megabytes < mostMegabytes,
  `under ${mostMegabytes} MB`,
);
check(
  'records fetched',
  fetched.toLocaleString('en-US'),
  fetched < mostFetched,
  `under ${mostFetched.toLocaleString('en-US')} of ${records.toLocaleString('en-US')}`,
);
