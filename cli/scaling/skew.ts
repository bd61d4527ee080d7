import { kafkaOf } from '#local/deploy/servers.ts';
import { readStack, type StackFile } from '#local/stack-file.ts';
import { type Command, numberOption, runCommand, UsageError } from '../command.ts';
import { partitionsOf, withAdmin } from '../topic.ts';
import { readKeys } from './read-keys.ts';
import { skewText } from './skew-text.ts';
import { startTally } from './tally.ts';

const USAGE = `
Usage: npm run skew -- TOPIC [--count N] [--partitions N] [--hottest N] [--reveal] [--timeout S]

Reads a topic of the running stack, and prints how evenly its records lie: the records of each partition, the largest
partition divided by the mean (1 is even), the hottest keys, keys whose records lie in several partitions, and how the
same records would lie with another number of partitions. It changes nothing.

  --count N        only about the newest N records, by their Kafka timestamps (all records)
  --partitions N   compute how Kafka's hash would spread the same keys over N partitions (the topic's number)
  --hottest N      how many of the hottest keys to show (5)
  --reveal         also show the keys themselves: those of logins are user ids
  --timeout S      fail if reading takes longer than S seconds (60)

Exit codes: 0 measured, 1 failed or not all records were read in time, 2 wrong arguments.
Example: npm run skew -- user-login --partitions 6
`;

const OPTIONS = {
  count: { type: 'string' },
  partitions: { type: 'string' },
  hottest: { type: 'string', default: '5' },
  reveal: { type: 'boolean', default: false },
  timeout: { type: 'string', default: '60' },
} as const;

/** @param findStack finds the running stack; a test passes its own */
export const skew = (findStack: () => Promise<StackFile> = readStack): Command<typeof OPTIONS> => ({
  name: 'skew',
  usage: USAGE,
  options: OPTIONS,
  async run({ values, positionals: [topic, ...more], signal }) {
    if (topic === undefined || more.length > 0)
      throw new UsageError('give one topic, as in: npm run skew -- user-login');
    const whole = (name: 'count' | 'partitions' | 'hottest', max: number) => {
      const text = values[name];
      return text === undefined ? undefined : numberOption(name, text, { min: 1, max, integer: true });
    };
    const count = whole('count', 1_000_000_000);
    const planned = whole('partitions', 10_000);
    const hottest = whole('hottest', 1_000) ?? 0;
    const timeoutMs = numberOption('timeout', values.timeout, { min: 0.1, max: 86_400 }) * 1000;

    const { endpoints } = await findStack();
    const partitions = await withAdmin(kafkaOf(endpoints, 'skew'), (admin) => partitionsOf(admin, topic));
    const { tally, add } = startTally(partitions.length, planned ?? partitions.length);
    await readKeys({ brokers: endpoints.kafka, topic, count, timeoutMs, signal, take: add });
    console.log(skewText(tally, { topic, hottest, reveal: values.reveal }));
  },
});

if (import.meta.main) process.exit(await runCommand(skew()));
