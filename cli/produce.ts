import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import kafkajs, { Partitioners } from 'kafkajs';
import { kafkaOf } from '#local/deploy/servers.ts';
import { sendRecords } from '#local/send-records.ts';
import { readStack, type StackFile } from '#local/stack-file.ts';
import { type Command, runCommand, UsageError } from './command.ts';
import { linesOf } from './text/lines.ts';
import { partitionsOf, withAdmin } from './topic.ts';

const USAGE = `
Usage: npm run produce -- TOPIC [--key K] [--whole] [FILE|-]

Produces records to a topic of the running stack. Each line of FILE, or of standard input, is one record. Prints
<topic>-<partition>-<offset> of each record when all in-sync replicas have acknowledged it.

  --key K   key of every record (no key)
  --whole   produce the whole input as one record

Examples:
  echo '{"vehicleId":"V123","location":"12.97,77.59","speed":85,"fuelLevel":50,"timestamp":"2025-01-15T10:00:00Z"}' |
    npm run produce -- raw-data-topic
  npm run produce -- demo_topic --key k1 --whole picture.png
`;

// A CommonJS module: Node finds no named exports for its errors.
const { KafkaJSProtocolError } = kafkajs;

const OPTIONS = { key: { type: 'string' }, whole: { type: 'boolean' } } as const;

/** Most records and bytes of a request: its bytes stay below max.message.bytes, which limits a partition's batch. */
const RECORDS = 1_000;
const BYTES = 1_000_000;

/** @param findStack finds the running stack; a test passes its own */
export const produce = (findStack: () => Promise<StackFile> = readStack): Command<typeof OPTIONS> => ({
  name: 'produce',
  usage: USAGE,
  options: OPTIONS,
  async run({ values: { key, whole }, positionals: [topic, file = '-', ...more], signal }) {
    if (topic === undefined) throw new UsageError('give a topic, as in: echo hello | npm run produce -- demo_topic');
    if (more.length > 0) throw new UsageError(`give one file, not also "${more.join(' ')}"`);
    const { endpoints } = await findStack();
    const kafka = kafkaOf(endpoints, 'produce');
    const partitions = await withAdmin(kafka, (admin) => partitionsOf(admin, topic));
    const producer = kafka.producer({
      createPartitioner: Partitioners.DefaultPartitioner,
      allowAutoTopicCreation: false,
    });
    await producer.connect();
    try {
      const sendAll = sendRecords(producer, topic, partitions);
      const send = async (values: readonly Buffer[]) => {
        for (const place of await sendAll(values, key)) console.log(place);
      };
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
  if (process.stdin.isTTY) console.error('Type one record per line; Ctrl-D ends the input.');
  return process.stdin;
}

/** Splits lines into requests that a broker accepts. A larger line gets its own request. */
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

function explained(error: unknown, topic: string, file: string): unknown {
  if (error instanceof KafkaJSProtocolError && error.type === 'MESSAGE_TOO_LARGE') {
    return new Error(
      `a record is larger than max.message.bytes of ${topic}; only the records printed above are stored`,
    );
  }
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
    return new Error(
      `no file "${file}"; to produce a record from the command line: echo '…' | npm run produce -- ${topic}`,
    );
  }
  return error;
}

if (import.meta.main) process.exit(await runCommand(produce()));
