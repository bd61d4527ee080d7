import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { allowedCompressionsAlgorithms, Producer, stringSerializers } from '@platformatic/kafka';
import { runCommand } from '#cli/command.ts';
import { drain, lagOf } from '#cli/run/drain.ts';
import { tail } from '#cli/tail.ts';
import type { StackFile } from '#local/stack-file.ts';
import { Cluster, type MskEvent } from '#msk';
import { pollerOf } from '#msk/test/mapping.ts';
import { readRecord, readTopics } from '#proof/readback/kafka.ts';
import { startBroker, type TestBroker } from '../support/broker.ts';
import { eventually } from '../support/eventually.ts';

let broker: TestBroker;
let cluster: Cluster;
beforeAll(async () => {
  broker = await startBroker(['codecs', 'transactions', 'drained', 'unknown-codec']);
  cluster = new Cluster(broker.endpoint);
}, 120_000);
afterEach(() => jest.restoreAllMocks());
afterAll(async () => {
  await cluster.disconnect();
  await broker.stop();
}, 60_000);

type Options = Partial<ConstructorParameters<typeof Producer<string, string, string, string>>[0]>;

async function withProducer(
  options: Options,
  use: (producer: Producer<string, string, string, string>) => Promise<void>,
) {
  const client = { clientId: 'test', bootstrapBrokers: [broker.endpoint] };
  const producer = new Producer({ ...client, serializers: stringSerializers, acks: -1, ...options });
  await use(producer);
  await producer.close();
}

/** One transaction for each value. The value is also how the transaction ends. */
const transactions = (topic: string, ...ends: ('commit' | 'abort')[]) =>
  withProducer({ idempotent: true, transactionalId: topic }, async (producer) => {
    for (const value of ends) {
      const transaction = await producer.beginTransaction();
      await transaction.send({ messages: [{ topic, value, partition: 0 }] });
      await transaction[value]();
    }
  });

const textsOf = async (topic: string) =>
  (await readTopics(broker.endpoint, [topic]))[topic]?.records.map(({ value }) => value?.toString());

async function tailed(topic: string, ...args: string[]) {
  const printed = jest.spyOn(console, 'log').mockImplementation(() => {});
  const said = jest.spyOn(console, 'error').mockImplementation(() => {});
  const stack = async () => ({ endpoints: { kafka: broker.endpoint } }) as StackFile;
  const code = await runCommand(tail(stack), [topic, '--from', 'beginning', '--timeout', '60', ...args]);
  return { code, lines: printed.mock.calls.flat().map(String), said: said.mock.calls.flat().join('\n') };
}

test('records of every codec are read back, found by their coordinates, and shown by tail', async () => {
  const topic = 'codecs';
  for (const compression of allowedCompressionsAlgorithms) {
    await withProducer({ compression }, async (producer) => {
      await producer.send({ messages: [{ topic, value: compression, partition: 0 }] });
    });
  }
  const codecs = [...allowedCompressionsAlgorithms];

  expect(await textsOf(topic)).toEqual(codecs);
  for (const [offset, codec] of codecs.entries())
    expect((await readRecord(broker.endpoint, { topic, partition: 0, offset }))?.value?.toString()).toBe(codec);
  const { code, lines } = await tailed(topic, '--count', String(codecs.length));
  expect([code, lines.map((line) => line.split('  ').at(-1))]).toEqual([0, codecs]);
}, 60_000);

test('an aborted transaction is not read back, and transaction markers are not counted as records', async () => {
  await transactions('transactions', 'commit', 'abort', 'commit');

  expect(await textsOf('transactions')).toEqual(['commit', 'commit']);
  expect(await readRecord(broker.endpoint, { topic: 'transactions', partition: 0, offset: 2 })).toBeUndefined();
  const { code, lines } = await tailed('transactions', '--count', '2');
  expect([code, lines.length]).toEqual([0, 2]);
  const { code: late, said } = await tailed('transactions', '--count', '3', '--timeout', '3');
  expect([late, said]).toEqual([1, expect.stringMatching(/^tail: 2 of 3 records came within 3 s$/m)]);
}, 60_000);

test('a drain of a topic with transactions ends: a mapping that has read all of it has no lag', async () => {
  const consumption = { topic: 'drained', group: 'drained' };
  await transactions('drained', 'commit', 'abort', 'commit', 'abort');
  const { poller } = reading('drained');
  const undone = await drain({
    kafka: broker.endpoint,
    consumptions: [consumption],
    openWindows: async () => 0,
    boundMs: 60_000,
    signal: AbortSignal.timeout(60_000),
  });
  await poller.stop(2000);

  expect(undone).toEqual({ lag: 0, openWindows: 0 });
  expect(await lagOf(cluster, [consumption])).toEqual({ lag: 0, end: 8 });
  expect(poller.status.metrics.CommittedEventCount).toBe(2);
}, 90_000);

test('an unknown codec is an error with its number, and the other partitions continue', async () => {
  const topic = 'unknown-codec';
  await withProducer({ compression: 'gzip' }, async (producer) => {
    for (const partition of [0, 1, 2])
      await producer.send({ messages: [{ topic, value: String(partition), partition }] });
  });
  await setCodec(join(broker.partitions, `${topic}-1`), 5);
  const { poller, lines, texts } = reading(topic);
  const seen = () => ({ texts, lines });
  await eventually(() => texts.length === 2 && lines.length > 0, { what: 'two records and an error', seen });
  expect(texts.toSorted()).toEqual(['0', '2']);
  expect(poller.status.lastError).toMatch(/compression.*5/);
  await withProducer({}, async (producer) => {
    for (const partition of [0, 2]) await producer.send({ messages: [{ topic, value: 'more', partition }] });
  });
  await eventually(() => texts.length === 4, { what: 'two more records', seen });
  await poller.stop(2000);

  expect(lines).toEqual([expect.stringMatching(/unknown-codec-1.*offset 0.*compression.*5/)]);
  await expect(textsOf(topic)).rejects.toThrow(/unknown-codec-1 from offset 0.*compression.*5/);
  const { code, said } = await tailed(topic, '--count', '99');
  expect([code, said]).toEqual([1, expect.stringMatching(/compression.*5/)]);
}, 90_000);

/** Changes the codec of a partition's first batch on disk. A broker would refuse such a batch from a producer. */
async function setCodec(partition: string, codec: number): Promise<void> {
  const log = await open(join(partition, '00000000000000000000.log'), 'r+');
  await log.write(Buffer.from([codec]), 0, 1, 22);
  await log.close();
}

function reading(topic: string) {
  const texts: string[] = [];
  const collect = ({ records }: MskEvent) => {
    for (const { value } of Object.values(records).flat()) texts.push(Buffer.from(value ?? '', 'base64').toString());
  };
  const { poller, lines } = pollerOf(cluster, topic, collect, { batchSize: 10, group: topic });
  poller.start();
  return { poller, lines, texts };
}
