import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { kafkaOf } from '../deploy/servers.ts';
import { recordOf } from '../report/readback/kafka.ts';
import { readStack, type StackFile } from '../stack-file.ts';
import { type Command, EXIT, numberOption, runCommand, UsageError } from './command.ts';
import { recordText } from './record-text.ts';
import { partitionsOf, withAdmin } from './topic.ts';

const USAGE = `
Usage: npm run tail -- TOPIC [--from beginning|end] [--match TEXT] [--count N] [--timeout S]

Shows the records of a topic of the running stack as they come, until Ctrl-C: place, time, key, value (base64 where it
is no text, - where there is none), and which record it came from or why it is a dead letter.

  --from beginning   also all that is there already (default: end)
  --match TEXT       only records whose line, as it is shown, holds TEXT
  --count N          ends after N records
  --timeout S        ends after S seconds; with --count, exit code 1 if fewer than N came
`;

const OPTIONS = {
  from: { type: 'string', default: 'end' },
  match: { type: 'string', default: '' },
  count: { type: 'string' },
  timeout: { type: 'string' },
} as const;

/** @param findStack the running stack: another than this checkout's in tests */
export const tail = (findStack: () => Promise<StackFile> = readStack): Command<typeof OPTIONS> => ({
  name: 'tail',
  usage: USAGE,
  options: OPTIONS,
  async run({ values, positionals: [topic, ...more], signal }) {
    if (topic === undefined || more.length > 0) throw new UsageError('give one topic');
    if (!['beginning', 'end'].includes(values.from)) throw new UsageError('--from takes beginning or end');
    const count =
      values.count === undefined ? Infinity : numberOption('count', values.count, { min: 1, integer: true });
    const timeout = values.timeout === undefined ? undefined : numberOption('timeout', values.timeout, { min: 0.1 });

    const { endpoints } = await findStack();
    const kafka = kafkaOf(endpoints, 'tail');
    await withAdmin(kafka, (admin) => partitionsOf(admin, topic));
    const groupId = `tail-${randomUUID()}`;
    const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 200 });
    const done = Promise.withResolvers<void>();
    let shown = 0;
    consumer.on('consumer.group_join', () => console.error(`waiting for records of ${topic}; Ctrl-C ends`));
    consumer.on('consumer.crash', ({ payload }) => payload.restart || done.reject(payload.error));
    signal.addEventListener('abort', () => done.resolve());
    if (signal.aborted) done.resolve();
    try {
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: values.from === 'beginning' });
      await consumer.run({
        autoCommit: false,
        eachMessage: async ({ partition, message }) => {
          const line = recordText(recordOf(topic, partition, message));
          if (shown === count || !line.includes(values.match)) return;
          console.log(line);
          if (++shown === count) done.resolve();
        },
      });
      const over = timeout === undefined ? [] : [sleep(timeout * 1000, undefined, { ref: false })];
      await Promise.race([done.promise, ...over]);
    } finally {
      await consumer.disconnect();
      await withAdmin(kafka, (admin) => admin.deleteGroups([groupId])).catch(() => {});
    }
    return Number.isFinite(count) && shown < count && !signal.aborted ? EXIT.failed : EXIT.ok;
  },
});

if (import.meta.main) process.exit(await runCommand(tail()));
