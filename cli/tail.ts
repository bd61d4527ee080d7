import { setTimeout as sleep } from 'node:timers/promises';
import { kafkaOf } from '#local/deploy/servers.ts';
import { readStack, type StackFile } from '#local/stack-file.ts';
import { Cluster } from '#msk';
import { readLog } from '#proof/readback/log-reader.ts';
import { type Command, numberOption, runCommand, UsageError } from './command.ts';
import { recordText } from './text/record-text.ts';
import { partitionsOf, withAdmin } from './topic.ts';

const USAGE = `
Usage: npm run tail -- TOPIC [--from beginning|end] [--match TEXT] [--count N] [--timeout S]

Prints the records of a topic of the running stack as they arrive, until Ctrl-C. Each line has the record's place, time,
key and value (base64 if it isn't UTF-8, - if it is null), then its source, or why it is a dead letter.

  --from beginning   also print the records that are already in the topic (end)
  --match TEXT       print only lines that contain TEXT
  --count N          end after N printed records
  --timeout S        end after S seconds; with --count, the exit code is 1 if fewer than N records were printed
`;

const OPTIONS = {
  from: { type: 'string', default: 'end' },
  match: { type: 'string', default: '' },
  count: { type: 'string' },
  timeout: { type: 'string' },
} as const;

/** @param findStack finds the running stack; a test passes its own */
export const tail = (findStack: () => Promise<StackFile> = readStack): Command<typeof OPTIONS> => ({
  name: 'tail',
  usage: USAGE,
  options: OPTIONS,
  async run({ values, positionals: [topic, ...more], signal }) {
    if (topic === undefined || more.length > 0)
      throw new UsageError('give one topic, as in: npm run tail -- alerts-topic');
    if (!['beginning', 'end'].includes(values.from))
      throw new UsageError(`--from takes beginning or end, not "${values.from}"`);
    const count =
      values.count === undefined ? Infinity : numberOption('count', values.count, { min: 1, integer: true });
    const timeout = values.timeout === undefined ? undefined : numberOption('timeout', values.timeout, { min: 0.1 });

    const { endpoints } = await findStack();
    await withAdmin(kafkaOf(endpoints, 'tail'), (admin) => partitionsOf(admin, topic));
    const cluster = new Cluster(endpoints.kafka);
    const from = await cluster.offsetsAt(topic, values.from === 'beginning' ? 'first' : 'end');
    await cluster.disconnect();
    const done = Promise.withResolvers<void>();
    let shown = 0;
    signal.addEventListener('abort', () => done.resolve());
    if (signal.aborted) done.resolve();
    const reader = readLog({
      brokers: endpoints.kafka,
      topic,
      from,
      failed: done.reject,
      took: (_, records) => {
        for (const line of records.map(recordText)) {
          if (shown === count || !line.includes(values.match)) continue;
          console.log(line);
          if (++shown === count) done.resolve();
        }
        return true;
      },
    });
    console.error(`waiting for records of ${topic}; Ctrl-C ends the command`);
    try {
      const over = timeout === undefined ? [] : [sleep(timeout * 1000, undefined, { ref: false })];
      await Promise.race([done.promise, ...over]);
    } finally {
      await reader.stop();
    }
    if (Number.isFinite(count) && shown < count && !signal.aborted)
      throw new Error(`${shown} of ${count} records came within ${timeout} s`);
  },
});

if (import.meta.main) process.exit(await runCommand(tail()));
