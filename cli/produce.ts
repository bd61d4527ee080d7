import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import kafkajs, { Partitioners, type Producer } from 'kafkajs';
import { kafkaOf } from '#local/deploy/servers.ts';
import { readStack, type StackFile } from '#local/stack-file.ts';
import { type Command, runCommand, UsageError } from './command.ts';
import { linesOf } from './lines.ts';
import { partitionsOf, withAdmin } from './topic.ts';

const USAGE = `
Usage: npm run produce -- TOPIC [--key K] [--whole] [FILE|-]

Puts records into a topic of the running stack: each line of FILE, or of standard input, is one. Prints where each one
lies, as <topic>-<partition>-<offset>, once it is acknowledged by all in-sync replicas.

  --key K   the records' key; without it they have none
  --whole   the whole input is one record

Examples:
  echo '{"vehicleId":"V123","location":"12.97,77.59","speed":85,"fuelLevel":50,"timestamp":"2025-01-15T10:00:00Z"}' |
    npm run produce -- raw-data-topic
  npm run produce -- demo_topic --key k1 --whole picture.png
`;

// A CommonJS module: its errors are no named exports.
const { KafkaJSProtocolError } = kafkajs;

const OPTIONS = { key: { type: 'string' }, whole: { type: 'boolean' } } as const;

/** Records per request, and bytes: below every topic's max.message.bytes, which counts a partition's whole batch. */
const RECORDS = 1_000;
const BYTES = 1_000_000;

/** @param findStack the running stack: another than this checkout's in tests */
export const produce = (findStack: () => Promise<StackFile> = readStack): Command<typeof OPTIONS> => ({
  name: 'produce',
  usage: USAGE,
  options: OPTIONS,
  async run({ values: { key, whole }, positionals: [topic, file = '-', ...more], signal }) {
    if (topic === undefined) throw new UsageError('which topic?');
    if (more.length > 0) throw new UsageError(`one file at a time, not "${more.join(' ')}" too`);
    const { endpoints } = await findStack();
    const kafka = kafkaOf(endpoints, 'produce');
    const partitions = await withAdmin(kafka, (admin) => partitionsOf(admin, topic));
    const producer = kafka.producer({
      createPartitioner: Partitioners.DefaultPartitioner,
      allowAutoTopicCreation: false,
    });
    await producer.connect();
    try {
      const send = sender(producer, topic, partitions, key);
      const input = inputOf(file);
      signal.addEventListener('abort', () => input.destroy());
      if (whole) return await send([await buffer(input)]);
      for await (const lines of linesOf(input)) for (const part of partsOf(lines)) await send(part);
    } catch (error) {
      if (!signal.aborted) throw explained(error, topic, file);
    } finally {
      await producer.disconnect();
    }
  },
});

function inputOf(file: string) {
  if (file !== '-') return createReadStream(file);
  if (process.stdin.isTTY) console.error('Each line is a record; Ctrl-D ends.');
  return process.stdin;
}

/** Lines in requests that a broker takes; a line that is larger than that goes alone. */
export function* partsOf(lines: readonly Buffer[]): Generator<Buffer[]> {
  let part: Buffer[] = [];
  let bytes = 0;
  for (const line of lines) {
    if (part.length > 0 && (part.length === RECORDS || bytes + line.length > BYTES)) {
      yield part;
      [part, bytes] = [[], 0];
    }
    part.push(line);
    bytes += line.length;
  }
  if (part.length > 0) yield part;
}

/** Sends records and prints their places: the partition is chosen here, so that each record's offset is known. */
function sender(producer: Producer, topic: string, partitions: readonly number[], key: string | undefined) {
  const choose = Partitioners.DefaultPartitioner();
  const partitionMetadata = partitions.map((partitionId) => ({ partitionId, leader: 0 })) as Parameters<
    typeof choose
  >[0]['partitionMetadata'];
  return async (values: readonly Buffer[]): Promise<void> => {
    const messages = values.map((value) => {
      const message = { key: key ?? null, value };
      return { ...message, partition: choose({ topic, partitionMetadata, message }) };
    });
    const places = await producer.send({ topic, acks: -1, messages });
    const next = new Map(places.map(({ partition, baseOffset }) => [partition, Number(baseOffset)]));
    for (const { partition } of messages) {
      const offset = next.get(partition) as number;
      next.set(partition, offset + 1);
      console.log(`${topic}-${partition}-${offset}`);
    }
  };
}

function explained(error: unknown, topic: string, file: string): unknown {
  if (error instanceof KafkaJSProtocolError && error.type === 'MESSAGE_TOO_LARGE') {
    return new Error(
      `a record is larger than ${topic} takes (its max.message.bytes): nothing of this request is stored`,
    );
  }
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
    return new Error(`no file "${file}"; to give a record itself, pipe it: echo '…' | npm run produce -- ${topic}`);
  }
  return error;
}

if (import.meta.main) process.exit(await runCommand(produce()));
