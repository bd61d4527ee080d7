import { setTimeout as sleep } from 'node:timers/promises';
import { check, deleteTopics, filledTopic, kafka, packagedFunction, pollerOf } from './fixture.ts';
import { numberOptions } from './options.ts';

/** Throughput of the poller with an empty function, compared with a plain consumer in the same run. */
const HELP = `node bench/throughput.ts [--records 600000] [--rounds 3]

Reads a topic of 3 partitions with records of 200 bytes, in turn with a plain kafkajs consumer and through a mapping
with a batch size of 1,000 and an empty function. Prints the best throughput of each, and their ratio.
Broker: KAFKA_BROKERS, default 127.0.0.1:9092. Limit: at least 50,000 records/s.`;

const { records, rounds } = numberOptions(HELP, { records: 600_000, rounds: 3 });
const bound = 50_000;

const topic = await filledTopic(3, records, 200);
const empty = await packagedFunction('export const handler = async () => {};');
await Promise.all([1, 2, 3].map(() => empty.initialize()));
const rates = { consumer: [] as number[], mapping: [] as number[] };
for (let round = 0; round < rounds; round += 1) {
  rates.consumer.push(await consumerAlone(`consumer-${round}`));
  rates.mapping.push(await throughMapping(`mapping-${round}`));
}
await empty.remove();
await deleteTopics([topic]);

const [consumer, mapping] = [Math.max(...rates.consumer), Math.max(...rates.mapping)];
const shown = (rate: number) => `${Math.round(rate).toLocaleString('en-US')} records/s`;
console.log(`     kafkajs consumer alone: ${shown(consumer)}`);
check('through the mapping', shown(mapping), mapping >= bound, `at least ${shown(bound)}`);
console.log(`     ratio: ${(mapping / consumer).toFixed(2)}`);

/** Records per second. The time begins with the first record, because joining a group takes seconds. */
async function consumerAlone(group: string): Promise<number> {
  const consumer = kafka.consumer({ groupId: `${topic}-${group}` });
  let [read, first] = [0, 0];
  const done = Promise.withResolvers<number>();
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    partitionsConsumedConcurrently: 3,
    eachBatch: async ({ batch }) => {
      first ||= performance.now();
      read += batch.messages.length;
      if (read === records) done.resolve(performance.now());
    },
  });
  const end = await done.promise;
  await consumer.disconnect();
  return (records / (end - first)) * 1000;
}

async function throughMapping(group: string): Promise<number> {
  let first = 0;
  const invoke = (event: unknown) => {
    first ||= performance.now();
    return empty.invoke(event);
  };
  const { poller, stop } = pollerOf(topic, invoke, { group: `${topic}-${group}` });
  poller.start();
  while (poller.status.metrics.CommittedEventCount < records) await sleep(10);
  const end = performance.now();
  await stop();
  return (records / (end - first)) * 1000;
}
