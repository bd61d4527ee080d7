import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { check, deleteTopics, filledTopic, packagedFunction, pollerOf } from './fixture.ts';

/** Memory while a handler is slow: the poller must stop fetching. */
const HELP = `node bench/memory.ts [--records 1000000] [--seconds 20]

Lets a mapping with a batch size of 1,000 read a topic of records of 200 bytes whose function takes 5 s a batch, and
prints this process's largest resident memory, less what it had before, and how many records were fetched.
Broker: KAFKA_BROKERS, else 127.0.0.1:9092. Bounds: 150 MB; 3 partitions' full queues, a fetch and the batches.`;

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '20' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit();
}
const mostMegabytes = 150;
/** A queue is full at 10,000 records, and a fetch brings up to 1 MB of a partition: some 4,500 records. */
const mostFetched = 3 * 25_000;

const topic = await filledTopic(3, Number(values.records), 200);
const slow = await packagedFunction('export const handler = () => new Promise((done) => setTimeout(done, 5000));');
globalThis.gc?.();
const before = process.memoryUsage.rss();
const { poller, stop } = pollerOf(topic, slow.invoke);
poller.start();
let most = before;
for (let passed = 0; passed < Number(values.seconds) * 10; passed += 1) {
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
  'records fetched meanwhile',
  fetched.toLocaleString('en-US'),
  fetched < mostFetched,
  `under ${mostFetched.toLocaleString('en-US')} of ${Number(values.records).toLocaleString('en-US')}`,
);
