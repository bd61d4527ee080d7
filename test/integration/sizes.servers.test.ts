import { CompressionTypes, Kafka, logLevel, type Producer } from 'kafkajs';
import { startBroker, type TestBroker } from '../support/broker.ts';
import { createTopics } from '../support/topics.ts';
import { PACKAGING_MS, plainTemplate } from '../template/compiled.ts';
import { configs, type Topic, topics } from '../template/rules/kafka.ts';

let broker: TestBroker;
let producer: Producer;
let limit: number;
beforeAll(async () => {
  broker = await startBroker([]);
  const kafka = new Kafka({ brokers: [broker.endpoint], logLevel: logLevel.NOTHING, retry: { retries: 0 } });
  const source = topics(await plainTemplate('dev')).find(({ TopicName }) => TopicName === 'demo_topic') as Topic;
  limit = Number(configs(source)['max.message.bytes']);
  const configEntries = Object.entries(configs(source)).map(([name, value]) => ({ name, value }));
  await createTopics(broker.endpoint, [{ topic: source.TopicName, numPartitions: 1, configEntries }]);
  producer = kafka.producer();
  await producer.connect();
}, PACKAGING_MS);
afterAll(async () => {
  await producer?.disconnect();
  await broker?.stop();
}, 30_000);

const send = (bytes: number, compression: CompressionTypes) =>
  producer.send({ topic: 'demo_topic', acks: -1, compression, messages: [{ value: Buffer.alloc(bytes) }] });

test('a topic of the template limits the uncompressed size, even if a record is sent as a kilobyte', async () => {
  const room = limit - 100; // a batch needs about 70 bytes of its own

  await send(room, CompressionTypes.GZIP);
  for (const compression of [CompressionTypes.GZIP, CompressionTypes.None]) {
    await expect(send(limit, compression)).rejects.toMatchObject({ type: 'MESSAGE_TOO_LARGE' });
  }
  await expect(send(10 * limit, CompressionTypes.GZIP)).rejects.toMatchObject({ type: 'MESSAGE_TOO_LARGE' });

  const stored = await broker.readAll('demo_topic');
  expect(stored.map(({ value }) => value?.length)).toEqual([room]);
}, 60_000);
